#include "config/azure_names.hpp"

#include "config/endpoint.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace spillway {

namespace {

constexpr std::size_t name_bytes_max = 253;

bool is_alphanumeric(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// 8-4-4-4-12 hexadecimal digits.
bool is_guid(std::string_view text) {
    constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return std::equal(text.begin(), text.end(), form.begin(), form.end(), [](char c, char shape) {
        return shape == '-' ? c == '-' : std::isxdigit(static_cast<unsigned char>(c)) != 0;
    });
}

Parsed<std::string> parse_id(std::string_view text) {
    if (!is_guid(text)) {
        return Complaint{"has to be an id such as 11111111-2222-3333-4444-555555555555", {}};
    }
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return lower;
}

Parsed<std::string> parse_tenant(std::string_view text) {
    const bool clean = std::ranges::all_of(text, [](char c) {
        return is_alphanumeric(c) || c == '-' || c == '.';
    });
    const bool is_domain = clean && text.find('.') != text.npos && text.size() <= name_bytes_max &&
                           is_alphanumeric(text.front()) && text.find("..") == text.npos;
    if (!is_guid(text) && !is_domain) {
        return Complaint{"has to be a tenant's id or domain such as contoso.onmicrosoft.com",
                         "`common` and `organizations` have no applications of their own"};
    }
    return std::string(text);
}

Parsed<std::string> parse_authority(std::string_view text) {
    const auto url = parse_endpoint(text);
    if (!url) { return url.error(); }
    if (!url->tls) { return Complaint{"has to begin with https://", "secrets are sent there"}; }
    if (!url->path.empty()) {
        return Complaint{"has no path", "write " + endpoint_url(*url, "") + " and `tenant`"};
    }
    return endpoint_url(*url, "");
}

Parsed<std::string> parse_scope(std::string_view text) {
    constexpr std::string_view ending = "/.default";
    const bool visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
    if (!visible || text.find("://") == text.npos || text.size() > name_bytes_max) {
        return Complaint{"has to be a scope such as https://cognitiveservices.azure.com/.default",
                         {}};
    }
    if (!text.ends_with(ending)) {
        const std::string_view base = text.substr(0, text.find_last_not_of('/') + 1);
        return Complaint{"has to end with /.default",
                         "write " + std::string(base) + std::string(ending)};
    }
    return std::string(text);
}

}  // namespace

const AzureName azure_id{"an id (GUID)", "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
                         parse_id};
const AzureName azure_tenant{"a tenant's id or domain", "[A-Za-z0-9][A-Za-z0-9.-]*", parse_tenant};
const AzureName azure_authority{"a URL such as https://login.microsoftonline.com",
                                "https://[^?#@\\s]+", parse_authority};
const AzureName azure_scope{"a scope such as https://cognitiveservices.azure.com/.default",
                            R"([^\s]+://[^\s]+/\.default)", parse_scope};

}  // namespace spillway
