// Finds what the upstream's content filter said in an answer that passes: in the events of a
// stream, in a JSON body of any size and in any pieces, in an error's body. Runs only when somebody
// keeps the verdicts; sees every byte once and never delays one.
#pragma once

#include "wire/filter_verdicts.hpp"
#include "wire/sse.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway {

class FilterTap {
public:
    /// A result that is longer is not read.
    static constexpr std::size_t held_max = std::size_t{16} * 1024;

    void on_event(const SseEvent& event);
    /// The next piece of a JSON body (any split gives the same result).
    void on_json(std::string_view piece);

    [[nodiscard]] const FilterVerdicts& verdicts() const noexcept { return verdicts_; }

private:
    /// Returns how much of `text`, which has been looked at up to `from`, needs no second look.
    [[nodiscard]] std::size_t look(std::string_view text, std::size_t from);
    [[nodiscard]] bool read(std::string_view name, std::string_view behind);

    FilterVerdicts verdicts_;
    std::string held_;        // end of the last piece: a name or a result may go on in the next
    std::size_t looked_ = 0;  // of it
};

}  // namespace spillway
