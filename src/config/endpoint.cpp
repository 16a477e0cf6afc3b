#include "config/endpoint.hpp"

#include "config/address.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>

namespace spillway {

namespace {

constexpr std::uint16_t https_port = 443;
constexpr std::uint16_t http_port = 80;

bool is_path(std::string_view path) {
    static constexpr std::string_view allowed = "-._~/%!$&'()*+,;=:";  // RFC 3986 §3.3
    return std::all_of(path.begin(), path.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               allowed.find(c) != std::string_view::npos;
    });
}

/// What follows the scheme; or what is wrong with everything but host and path.
Parsed<std::string_view> after_scheme(std::string_view text) {
    const std::size_t slashes = text.find("://");
    if (slashes == std::string_view::npos) {
        return Complaint{"has to begin with https://", "write https://" + std::string(text)};
    }
    const std::string_view scheme = text.substr(0, slashes);
    if (scheme != "https" && scheme != "http") {
        return Complaint{"`" + std::string(scheme) + "` is no scheme of an endpoint",
                         "use https://"};
    }
    if (text.find_first_of("?#") != std::string_view::npos) {
        std::string_view base = text.substr(0, text.find_first_of("?#"));
        while (base.ends_with('/')) { base.remove_suffix(1); }
        return Complaint{
            "an endpoint has no query",
            "write " + std::string(base) + " and put an API version under `api_version`"};
    }
    if (text.find('@') != std::string_view::npos) {
        return Complaint{"an endpoint has no user and no password", "use a `credential`"};
    }
    return text.substr(slashes + 3);
}

}  // namespace

Parsed<Endpoint> parse_any_url(std::string_view text) {
    const auto rest = after_scheme(text);
    if (!rest) { return rest.error(); }
    Endpoint endpoint;
    endpoint.tls = text.starts_with("https");
    const std::size_t slash = std::min(rest->find('/'), rest->size());
    const std::string_view path = rest->substr(slash);
    const auto authority = split_authority(rest->substr(0, slash));
    if (!authority || authority->port == 0 || authority->host.empty() || !is_path(path)) {
        return Complaint{"is no URL such as https://name.openai.azure.com", {}};
    }
    endpoint.host = authority->host;
    endpoint.port = authority->port.value_or(endpoint.tls ? https_port : http_port);
    endpoint.path = path;
    return endpoint;
}

Parsed<Endpoint> parse_endpoint(std::string_view text) {
    auto endpoint = parse_any_url(text);
    if (!endpoint) { return endpoint.error(); }
    if (const auto refused = refuse_upstream_host(endpoint->host)) { return *refused; }
    while (endpoint->path.ends_with('/')) { endpoint->path.pop_back(); }
    return endpoint;
}

std::string endpoint_url(const Endpoint& endpoint, std::string_view path) {
    const bool is_v6 = endpoint.host.find(':') != std::string::npos;
    std::string url = endpoint.tls ? "https://" : "http://";
    url += is_v6 ? "[" + endpoint.host + "]" : endpoint.host;
    if (endpoint.port != (endpoint.tls ? https_port : http_port)) {
        url += ":" + std::to_string(endpoint.port);
    }
    return url.append(path);
}

/// Where `segment` stands as a whole; the path's end when it does not.
std::size_t find_segment(std::string_view path, std::string_view segment) {
    for (std::size_t at = path.find(segment); at != path.npos; at = path.find(segment, at + 1)) {
        const std::size_t behind = at + segment.size();
        if (behind == path.size() || path[behind] == '/') { return at; }
    }
    return path.size();
}

std::optional<Complaint> refuse_path(const Endpoint& endpoint, ResourceKind kind) {
    const std::string_view path = endpoint.path;
    // What the gateway appends itself, by kind (azure-protocol.md §1.1).
    constexpr std::array<std::string_view, 5> operations{"/chat/completions", "/completions",
                                                         "/embeddings", "/responses", "/models"};
    std::size_t end = path.size();
    if (kind != ResourceKind::openai) { end = std::min(find_segment(path, "/openai"), end); }
    for (const std::string_view operation : operations) {
        if (path.ends_with(operation)) { end = std::min(end, path.size() - operation.size()); }
    }
    if (end == path.size()) { return std::nullopt; }
    return Complaint{"`" + std::string(path.substr(end)) + "` is added by the gateway",
                     "write " + endpoint_url(endpoint, path.substr(0, end))};
}

}  // namespace spillway
