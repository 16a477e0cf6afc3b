#include "net/tunnel.hpp"

#include "telemetry/event_log.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <vector>

namespace spillway {
namespace {

std::string base64(std::string_view text) {
    std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
    const auto* from = reinterpret_cast<const unsigned char*>(text.data());
    auto* to = reinterpret_cast<unsigned char*>(encoded.data());
    const int size = EVP_EncodeBlock(to, from, static_cast<int>(text.size()));
    encoded.resize(static_cast<std::size_t>(size));
    return encoded;
}

std::string authority(const HostPort& to) {
    const bool is_v6 = to.host.find(':') != std::string::npos;
    return (is_v6 ? "[" + to.host + "]" : to.host) + ":" + std::to_string(to.port);
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// `HTTP/1.x NNN`, then a blank or the end; 0 for anything else.
int status_of(std::string_view line) noexcept {
    constexpr std::size_t status_at = 9;
    constexpr std::size_t status_end = 12;
    const bool is_http = line.starts_with("HTTP/1.0 ") || line.starts_with("HTTP/1.1 ");
    if (!is_http || line.size() < status_end) { return 0; }
    const std::string_view digits = line.substr(status_at, 3);
    const bool ends = line.size() == status_end || line[status_end] == ' ';
    if (!ends || !std::all_of(digits.begin(), digits.end(), is_digit)) { return 0; }
    return (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
}

bool is_plain(std::string_view head) noexcept {
    return std::all_of(head.begin(), head.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 || c == '\r' || c == '\n' || c == '\t';
    });
}

void tell(const Tunnel& tunnel, const TunnelReply& reply) {
    const bool refused = reply.state == TunnelReply::State::refused;
    log_event(Severity::warn, "egress_proxy_refused",
              {{"for", authority(tunnel.to)},
               {"answered", refused ? std::to_string(reply.status) : "no HTTP answer"}});
}

}  // namespace

std::string connect_request(const Tunnel& tunnel) {
    const std::string to = authority(tunnel.to);
    std::string request = "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n";
    if (!tunnel.userinfo.empty()) {
        request += "Proxy-Authorization: Basic " + base64(tunnel.userinfo) + "\r\n";
    }
    return request + "\r\n";
}

TunnelReply read_tunnel_reply(std::string_view bytes) noexcept {
    using State = TunnelReply::State;
    constexpr std::string_view blank_line = "\r\n\r\n";
    const std::size_t end = bytes.substr(0, TunnelReply::bytes_max).find(blank_line);
    if (end == bytes.npos) {
        return {bytes.size() >= TunnelReply::bytes_max ? State::malformed : State::need_more, 0};
    }
    const int status = status_of(bytes.substr(0, bytes.find("\r\n")));
    if (status < 200 || status > 599 || !is_plain(bytes.substr(0, end))) {
        return {State::malformed, 0};
    }
    if (status >= 300) { return {State::refused, status}; }
    const bool surplus = bytes.size() > end + blank_line.size();
    return surplus ? TunnelReply{State::malformed, 0} : TunnelReply{State::open, status};
}

task<Result<void>> open_tunnel(Stream& stream, const Tunnel& tunnel) {
    const std::string request = connect_request(tunnel);
    Chain chain;
    chain.add(request);
    // A new connection's socket takes so little at once.
    const Result<void> written = stream.try_write(chain);
    if (!written) { co_return written; }
    std::vector<char> bytes(TunnelReply::bytes_max);
    std::size_t size = 0;
    TunnelReply reply;
    while (reply.state == TunnelReply::State::need_more) {
        const std::span<char> room = std::span(bytes).subspan(size);
        const Result<std::size_t> read = co_await stream.read_some(room);
        if (!read) { co_return read.error(); }
        size += *read;
        reply = read_tunnel_reply({bytes.data(), size});
    }
    if (reply.state == TunnelReply::State::open) { co_return Result<void>{}; }
    tell(tunnel, reply);
    const bool refused = reply.state == TunnelReply::State::refused;
    co_return Failure{Stage::connect, refused ? Cause::refused : Cause::malformed, {}};
}

}  // namespace spillway
