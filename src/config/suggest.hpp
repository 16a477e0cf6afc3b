// "Did you mean …?" for names and keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// The candidate that `word` is most likely a slip of; empty when none is near. Differences
/// counted: letters added, left out, replaced, or swapped with a neighbour; at most one in three
/// letters.
[[nodiscard]] std::string nearest_name(std::string_view word,
                                       const std::vector<std::string>& candidates);

/// `did you mean \`x\`?` or, with nothing near, the candidates when they are few; empty otherwise.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& candidates);

/// `\`a\`, \`b\`, \`c\``.
[[nodiscard]] std::string listed(const std::vector<std::string>& words);

}  // namespace spillway
