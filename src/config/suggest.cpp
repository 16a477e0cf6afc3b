#include "config/suggest.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace spillway {

namespace {

/// More candidates than this are no help to a reader.
constexpr std::size_t listed_max = 12;

/// Optimal string alignment distance (Damerau-Levenshtein without overlapping edits), from three
/// rows.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) { row[j] = j; }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before.swap(above);
        above.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
    }
    return row[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t longer = std::max(word.size(), candidate.size());
        const std::size_t shorter = std::min(word.size(), candidate.size());
        if (longer - shorter >= best_distance) { continue; }
        const std::size_t candidate_distance = distance(word, candidate);
        if (candidate_distance < best_distance) {
            best_distance = candidate_distance;
            best = candidate;
        }
    }
    return best;
}

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        if (!text.empty()) { text += ", "; }
        text += "`" + word + "`";
    }
    return text;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string near = nearest_name(word, candidates);
    if (!near.empty()) { return "did you mean `" + near + "`?"; }
    if (candidates.empty() || candidates.size() > listed_max) { return {}; }
    return "there are: " + listed(candidates);
}

}  // namespace spillway
