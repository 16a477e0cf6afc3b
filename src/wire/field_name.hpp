// The header fields this program asks for by name, as numbers: a head's fields are named once when
// it is parsed and then found by comparing bytes. Everything else is `other`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway {

enum class FieldName : std::uint8_t {
    accept,
    allow,
    alt_svc,
    authorization,
    cache_control,
    connection,
    content_encoding,
    content_length,
    content_type,
    expect,
    host,
    http2_settings,
    keep_alive,
    proxy_authenticate,
    proxy_authorization,
    proxy_connection,
    retry_after,
    set_cookie,
    strict_transport_security,
    te,
    trailer,
    transfer_encoding,
    upgrade,
    user_agent,
    other,
};

/// `other` included.
inline constexpr std::size_t field_names = static_cast<std::size_t>(FieldName::other) + 1;

/// Case-insensitive; `other` for what is not listed.
[[nodiscard]] FieldName field_name(std::string_view text) noexcept;

}  // namespace spillway
