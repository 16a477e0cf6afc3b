#include "config/field_groups.hpp"

#include "config/address.hpp"
#include "config/shapes.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace spillway {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t kibi = 1024;
constexpr std::int64_t mebi = kibi * kibi;
constexpr auto required = Row::Presence::required;

Shape listen_address(std::function<void(ListenAddress)> keep) {
    return parsed("an address such as 0.0.0.0:8080", "[^ ]+:[0-9]{1,5}",
                  [keep = std::move(keep)](std::string_view text) -> std::optional<Complaint> {
                      auto address = parse_listen_address(text);
                      if (!address) { return address.error(); }
                      keep(std::move(*address));
                      return std::nullopt;
                  });
}

std::vector<Row> listener_tls_rows(ListenerTls& tls) {
    return {
        {"certificate", "PEM file with the certificate chain", text(tls.certificate, "a file"),
         required},
        {"key", "PEM file with the certificate's private key", text(tls.key, "a file"), required},
        {"client_ca", "PEM file; clients must show a certificate signed by one of these",
         text(tls.client_ca, "a file")},
    };
}

std::vector<Row> listener_rows(ListenerConfig& listener) {
    const auto keep = [&listener](ListenAddress address) {
        listener.host = std::move(address.host);
        listener.port = address.port;
    };
    const auto tls = [&listener] { return listener_tls_rows(listener.tls.emplace()); };
    return {
        {"address", "Address and port to accept callers on", listen_address(keep), required},
        {"tls", "Serve TLS on this address; without it, plain HTTP", map_of(tls)},
    };
}

}  // namespace

/// One address, or a list whose elements are addresses or maps.
Shape listeners(std::vector<ListenerConfig>& all) {
    const auto plain = [&all](ListenAddress address) {
        all.push_back({std::move(address.host), address.port, std::nullopt});
    };
    Shape shape = listen_address(plain);
    shape.item = [&all, plain] {
        Shape item = listen_address(plain);
        item.map = [&all] { return listener_rows(all.emplace_back()); };
        return item;
    };
    return shape;
}

std::vector<Row> admin_rows(AdminConfig& admin) {
    const auto keep = [&admin](ListenAddress address) {
        admin.host = std::move(address.host);
        admin.port = address.port;
    };
    Shape listen = listen_address(keep);
    listen.scalar->fallback = admin.host + ":" + std::to_string(admin.port);
    return {
        {"listen", "Address and port of /metrics, /readyz, /status.json and the status page",
         std::move(listen)},
        {"token", "Asked for as Bearer token or Basic password, but for /livez and /readyz",
         secret(admin.token)},
        {"tls", "Serve TLS; without it, plain HTTP",
         map_of([&admin] { return listener_tls_rows(admin.tls.emplace()); })},
        {"hosts", "Names it answers to (Host), besides addresses and names of closed networks",
         list_of([&admin] { return text(admin.hosts.emplace_back(), "a host name"); })},
    };
}

std::vector<Row> limits_rows(CallerLimits& limits) {
    return {
        {"head_bytes", "Longest request head",
         number(Unit::bytes, limits.head_bytes, {kibi, mebi})},
        {"head_fields", "Most header fields of a request",
         number(Unit::plain, limits.head_fields, {10, 1000})},
        {"body_bytes", "Longest request body",
         number(Unit::bytes, limits.body_bytes, {kibi, 1024 * mebi})},
        {"connections", "Most connections of callers, over all workers",
         number(Unit::count, limits.connections, {1, million})},
        {"head_time", "For the whole request head", duration(limits.head_time, 100ms, 10min)},
        {"body_idle", "Longest gap while a request body arrives",
         duration(limits.body_idle, 100ms, 1h)},
        {"write_stall", "Longest time a caller may accept no byte",
         duration(limits.write_stall, 100ms, 1h)},
        {"keep_alive", "How long an idle connection stays open",
         duration(limits.keep_alive, 1s, 1h)},
    };
}

std::vector<Row> drain_rows(DrainConfig& drain) {
    return {
        {"delay", "Keep accepting for this long after /readyz has turned 503",
         duration(drain.delay, 0ms, 10min)},
        {"timeout", "Then wait this long for running requests", duration(drain.timeout, 0ms, 24h)},
    };
}

std::vector<Row> log_rows(LogConfig& log) {
    return {
        {"access", "One JSON line per request to stdout, stderr, off or a file",
         text(log.access, "stdout, stderr, off or a file")},
        {"level", "Least severe message shown",
         choice(log.level, {"debug", "info", "warn", "error"})},
    };
}

}  // namespace spillway
