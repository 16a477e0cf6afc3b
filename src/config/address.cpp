#include "config/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>
#include <optional>
#include <system_error>

namespace spillway {

namespace {

constexpr std::size_t host_bytes_max = 253;  // RFC 1035 §2.3.4

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return result;
}

std::optional<std::array<std::uint8_t, 4>> as_v4(const std::string& host) {
    std::array<std::uint8_t, 4> bytes{};
    if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) { return bytes; }
    std::array<std::uint8_t, 16> wide{};
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (inet_pton(AF_INET6, host.c_str(), wide.data()) != 1 ||
        std::memcmp(wide.data(), mapped.data(), mapped.size()) != 0) {
        return std::nullopt;
    }
    std::copy(wide.begin() + mapped.size(), wide.end(), bytes.begin());
    return bytes;
}

std::optional<std::array<std::uint8_t, 16>> as_v6(const std::string& host) {
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET6, host.c_str(), bytes.data()) != 1) { return std::nullopt; }
    return bytes;
}

bool is_address(const std::string& host) { return as_v4(host) || as_v6(host); }

/// Link-local ranges and the fixed addresses of the clouds' metadata and host services (AWS, Azure,
/// Google: 169.254.169.254 and fd00:ec2::254; Azure's wire server; Alibaba's and Oracle's).
bool is_metadata(const std::string& host) {
    constexpr std::array<std::string_view, 3> names{"metadata.google.internal", "metadata",
                                                    "instance-data"};
    if (std::find(names.begin(), names.end(), host) != names.end()) { return true; }
    if (const auto v4 = as_v4(host)) {
        const auto& b = *v4;
        const std::array<std::uint8_t, 4> wire_server{168, 63, 129, 16};
        const std::array<std::uint8_t, 4> alibaba{100, 100, 100, 200};
        const std::array<std::uint8_t, 4> oracle{192, 0, 0, 192};
        return (b[0] == 169 && b[1] == 254) || b == wire_server || b == alibaba || b == oracle;
    }
    if (const auto v6 = as_v6(host)) {
        const auto& b = *v6;
        const bool link_local = b[0] == 0xFE && (b[1] & 0xC0U) == 0x80;
        return link_local || b == as_v6("fd00:ec2::254");
    }
    return false;
}

/// A DNS name or a canonical address. Numbers such as 2852039166 or 0xA9.254 are addresses to some
/// resolvers and would walk round is_metadata.
bool is_host(const std::string& host) {
    if (is_address(host)) { return true; }
    const bool clean = std::all_of(host.begin(), host.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
    });
    if (!clean || host.empty() || host.size() > host_bytes_max) { return false; }
    if (host.front() == '.' || host.find("..") != std::string::npos) { return false; }
    const std::string_view last = std::string_view(host).substr(host.rfind('.') + 1);
    return !last.empty() && std::isdigit(static_cast<unsigned char>(last.front())) == 0;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, ec] = std::from_chars(text.data(), end, port);
    if (ec != std::errc{} || stopped != end || text.empty()) { return std::nullopt; }
    return port;
}

/// How to write a listen address that names no host.
std::string with_any_host(std::string_view text) {
    std::string_view port = text.substr(text.find_last_of(':') + 1);
    return parse_port(port)
               ? "write 0.0.0.0:" + std::string(port) + " or 127.0.0.1:" + std::string(port)
               : std::string{};
}

}  // namespace

std::optional<Authority> split_authority(std::string_view text) {
    Authority authority;
    std::size_t end = std::min(text.find(':'), text.size());
    if (text.starts_with('[')) {
        end = text.find(']');
        if (end == std::string_view::npos) { return std::nullopt; }
        authority.host = lower(text.substr(1, end - 1));
        if (!as_v6(authority.host)) { return std::nullopt; }
        ++end;
    } else {
        authority.host = lower(text.substr(0, end));
    }
    if (end == text.size()) { return authority; }
    authority.port = parse_port(text.substr(end + 1));
    if (text[end] != ':' || !authority.port) { return std::nullopt; }
    return authority;
}

std::optional<Complaint> refuse_upstream_host(const std::string& host) {
    if (!is_host(host)) { return Complaint{"`" + host + "` is no host name", {}}; }
    if (!is_metadata(host)) { return std::nullopt; }
    return Complaint{"`" + host + "` is an address of the cloud's own services",
                     "a gateway must never send requests there"};
}

Parsed<ListenAddress> parse_listen_address(std::string_view text) {
    const auto split = split_authority(text);
    if (!split || !split->port || split->host.empty() || split->host == "*") {
        return Complaint{"has to be an address and a port such as 0.0.0.0:8080 or [::]:8080",
                         with_any_host(text)};
    }
    if (split->host == "localhost") { return ListenAddress{"127.0.0.1", *split->port}; }
    if (!is_address(split->host)) {
        return Complaint{"`" + split->host + "` is no IP address",
                         "write 0.0.0.0 for all IPv4 addresses of this machine, [::] for all"};
    }
    return ListenAddress{split->host, *split->port};
}

Parsed<std::string> parse_dial_address(std::string_view text) {
    const auto split = split_authority(text);
    if (!split || split->port.value_or(0) == 0) {
        return Complaint{"has to be a host and a port such as 10.0.0.4:443", {}};
    }
    if (const auto refused = refuse_upstream_host(split->host)) { return *refused; }
    return lower(text);
}

std::string host_of(std::string_view dial_address) {
    const auto split = split_authority(dial_address);
    return split ? split->host : std::string{};
}

std::vector<std::uint8_t> address_bytes(const std::string& host) {
    if (const auto v4 = as_v4(host)) { return {v4->begin(), v4->end()}; }
    if (const auto v6 = as_v6(host)) { return {v6->begin(), v6->end()}; }
    return {};
}

bool is_loopback(std::string_view host) {
    const std::string name = lower(host);
    if (name == "localhost") { return true; }
    const auto v4 = as_v4(name);
    return (v4 && v4->front() == 127) || as_v6(name) == as_v6("::1");
}

}  // namespace spillway
