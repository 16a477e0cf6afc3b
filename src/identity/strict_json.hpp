// JSON that decides who gets in: what two readers could take for two things is nothing here.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace spillway {

/// Deeper is refused; tokens and key sets nest three levels.
inline constexpr std::size_t strict_json_depth_max = 8;

/// Nothing when the text is not one JSON value in UTF-8, nests too deep, holds a number that is no
/// double, or has an object with a name twice (RFC 7519 §4 lets readers choose; they choose
/// differently). The caller bounds the text.
[[nodiscard]] std::optional<nlohmann::json> parse_strict_json(std::string_view text);

}  // namespace spillway
