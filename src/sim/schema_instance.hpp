// Makes a JSON value that satisfies a simple JSON schema, so that structured outputs and tool
// arguments can be parsed by the caller's SDK. Separate because it knows schemas and nothing else.
#pragma once

#include <cstdint>

#include "sim/json.hpp"

namespace spillway_sim {

/// Understands type (also as a list), properties, items, minItems, enum, const, anyOf, oneOf, allOf
/// (first branch) and local $ref; every property is filled. `seed` picks among enum values and
/// words. Beyond a depth of 16 (recursive schemas) the value is null.
[[nodiscard]] Json make_instance(const Json& schema, std::uint64_t seed);

}  // namespace spillway_sim
