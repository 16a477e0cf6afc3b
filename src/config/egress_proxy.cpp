#include "config/egress_proxy.hpp"

#include "config/address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>

namespace spillway {

namespace {

constexpr std::uint16_t http_port = 80;

/// The value of the first variable that is set and not empty, and its name.
struct Found {
    std::string_view variable;
    std::string value;
};
std::optional<Found> first_of(const Environment& environment,
                              std::initializer_list<std::string_view> variables) {
    for (const std::string_view variable : variables) {
        std::optional<std::string> value = environment(variable);
        if (value && !value->empty()) { return Found{variable, std::move(*value)}; }
    }
    return std::nullopt;
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') { return c - '0'; }
    if (c >= 'a' && c <= 'f') { return c - 'a' + 10; }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        if (i + 2 >= text.size()) { return std::nullopt; }
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) { return std::nullopt; }
        plain += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return plain;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) { text.remove_prefix(1); }
    while (text.ends_with(' ')) { text.remove_suffix(1); }
    return text;
}

/// `10.0.0.0/8` and the like.
bool is_inside(const std::string& host, std::string_view network) {
    const std::size_t slash = network.find('/');
    if (slash == network.npos) { return false; }
    const auto base = address_bytes(std::string(network.substr(0, slash)));
    const auto address = address_bytes(host);
    const std::string_view digits = network.substr(slash + 1);
    std::size_t bits = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (ec != std::errc{} || end != digits.data() + digits.size() || base.empty() ||
        base.size() != address.size() || bits > base.size() * 8) {
        return false;
    }
    const std::size_t whole = bits / 8;
    const unsigned mask = 0xFFU << (8 - bits % 8);
    const auto same = [&](std::size_t i, unsigned of) {
        return ((base[i] ^ address[i]) & of & 0xFFU) == 0;
    };
    for (std::size_t i = 0; i < whole; ++i) {
        if (!same(i, 0xFFU)) { return false; }
    }
    return bits % 8 == 0 || same(whole, mask);
}

bool matches(std::string_view entry, const std::string& host, std::uint16_t port) {
    if (entry == "*" || is_inside(host, entry)) { return true; }
    const bool bare_v6 = std::count(entry.begin(), entry.end(), ':') > 1 && entry.front() != '[';
    const auto named = bare_v6 ? split_authority("[" + std::string(entry) + "]")
                               : split_authority(entry);
    if (!named || named->port.value_or(port) != port) { return false; }
    std::string domain = named->host;
    if (domain.starts_with('*')) { domain.erase(0, 1); }
    if (domain.starts_with('.')) { domain.erase(0, 1); }
    return !domain.empty() && (host == domain || host.ends_with("." + domain));
}

}  // namespace

Parsed<EgressProxy> parse_egress_proxy(std::string_view text) {
    constexpr std::string_view scheme = "http://";
    const Complaint unusable{"is no proxy such as http://proxy.example:3128", {}};
    const bool has_scheme = text.find("://") != text.npos;
    if (has_scheme && !text.starts_with(scheme)) {
        return Complaint{"a proxy is reached by http:// only",
                         "what goes through it is encrypted all the same"};
    }
    if (has_scheme) { text.remove_prefix(scheme.size()); }
    while (text.ends_with('/')) { text.remove_suffix(1); }
    EgressProxy proxy;
    if (const std::size_t at = text.rfind('@'); at != text.npos) {
        auto userinfo = unescaped(text.substr(0, at));
        if (!userinfo) { return unusable; }
        proxy.userinfo = Secret(std::move(*userinfo));
        text.remove_prefix(at + 1);
    }
    const auto authority = split_authority(text);
    if (!authority || authority->port == 0 || refuse_upstream_host(authority->host)) {
        return unusable;
    }
    proxy.host = authority->host;
    proxy.port = authority->port.value_or(http_port);
    return proxy;
}

bool is_exempt(std::string_view list, const std::string& host, std::uint16_t port) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const std::string_view entry = trimmed(list.substr(0, comma));
        if (!entry.empty() && matches(entry, host, port)) { return true; }
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

Parsed<std::optional<EgressProxy>> proxy_from(const Environment& environment, const Endpoint& to) {
    const auto found = to.tls ? first_of(environment, {"https_proxy", "HTTPS_PROXY"})
                              : first_of(environment, {"http_proxy"});
    if (!found || is_loopback(to.host)) { return std::optional<EgressProxy>(); }
    const auto exempt = first_of(environment, {"no_proxy", "NO_PROXY"});
    if (exempt && is_exempt(exempt->value, to.host, to.port)) {
        return std::optional<EgressProxy>();
    }
    auto proxy = parse_egress_proxy(found->value);
    if (!proxy) {
        return Complaint{std::string(found->variable) + " " + proxy.error().message,
                         "correct the variable, or write `proxy` here"};
    }
    return std::optional(std::move(*proxy));
}

}  // namespace spillway
