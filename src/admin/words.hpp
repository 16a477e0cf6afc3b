// How /status.json and /metrics spell values that have no spelling of their own below.
#pragma once

#include "config/fields.hpp"
#include "spillway/config.hpp"
#include "spillway/time.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace spillway {

/// As in the routing table.
[[nodiscard]] constexpr std::string_view name(ResourceKind kind) noexcept {
    switch (kind) {
        case ResourceKind::azure: return "azure";
        case ResourceKind::azure_v1: return "azure_v1";
        case ResourceKind::openai: break;
    }
    return "openai";
}

[[nodiscard]] inline std::string_view name(CredentialConfig::Kind kind) {
    return credential_kinds()[static_cast<std::size_t>(kind)];
}

[[nodiscard]] constexpr double seconds(Duration duration) noexcept {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace spillway
