// What an upstream's content filter said about a request and its answer (azure-protocol.md §4.2,
// §5). Values of their own because the tap that finds them and the audit line that keeps them are
// in different layers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace spillway {

/// One category that was not simply safe. Texts are static words, `other` for what we do not know.
struct FilterVerdict {
    enum class Of : std::uint8_t { prompt, completion };
    Of of = Of::prompt;
    std::string_view category;
    std::string_view severity;  ///< empty: the category has none
    bool filtered = false;
    bool detected = false;
    friend bool operator==(const FilterVerdict&, const FilterVerdict&) = default;
};

class FilterVerdicts {
public:
    static constexpr std::size_t kept_max = 24;  ///< twelve categories, prompt and completion

    /// Keeps the worst that was said about a category.
    void note(const FilterVerdict& verdict) noexcept;
    void note_stop() noexcept { stopped_ = true; }

    [[nodiscard]] std::span<const FilterVerdict> all() const noexcept {
        return std::span(verdicts_).first(count_);
    }
    /// The answer ended with `content_filter`, or the request was refused by it.
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }

private:
    std::array<FilterVerdict, kept_max> verdicts_{};
    std::size_t count_ = 0;
    bool stopped_ = false;
};

}  // namespace spillway
