// Amounts and indices that must not be confused with each other or with plain integers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace spillway {

/// Model tokens: estimates, reservations, usage. Signed, because a quota may be in debt.
using Tokens = std::int64_t;

/// Position of a deployment in the routing table (order of the file); dense, from 0.
enum class DeploymentId : std::uint32_t {};
/// Position of a resource in the routing table; dense, from 0.
enum class ResourceId : std::uint32_t {};
/// Position of a route in the routing table; dense, from 0.
enum class RouteId : std::uint32_t {};

template <class Id>
[[nodiscard]] constexpr std::size_t index(Id id) noexcept {
    return static_cast<std::size_t>(id);
}

}  // namespace spillway
