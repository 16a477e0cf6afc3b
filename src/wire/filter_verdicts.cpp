#include "wire/filter_verdicts.hpp"

#include <algorithm>

namespace spillway {

namespace {

/// `safe` never gets here; an unknown word counts as worse than none.
int rank(std::string_view severity) noexcept {
    constexpr std::array<std::string_view, 5> words = {"", "other", "low", "medium", "high"};
    const auto found = std::ranges::find(words, severity);
    return static_cast<int>(found - words.begin());
}

}  // namespace

void FilterVerdicts::note(const FilterVerdict& verdict) noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
        FilterVerdict& kept = verdicts_[i];
        if (kept.of != verdict.of || kept.category != verdict.category) { continue; }
        if (rank(verdict.severity) > rank(kept.severity)) { kept.severity = verdict.severity; }
        kept.filtered = kept.filtered || verdict.filtered;
        kept.detected = kept.detected || verdict.detected;
        return;
    }
    if (count_ < kept_max) { verdicts_[count_++] = verdict; }
}

}  // namespace spillway
