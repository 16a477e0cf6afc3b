// The first routing table of somebody who has none: two Azure regions, every line explained.
#pragma once

#include <array>
#include <string_view>

namespace spillway {

[[nodiscard]] std::string_view starter_table() noexcept;

/// The environment variables that its keys come from.
inline constexpr std::array<std::string_view, 2> starter_variables = {"AZURE_OPENAI_KEY_EAST",
                                                                      "AZURE_OPENAI_KEY_WEST"};

}  // namespace spillway
