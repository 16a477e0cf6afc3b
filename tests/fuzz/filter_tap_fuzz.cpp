// A JSON body in two pieces says the same as in one; and whatever comes, the words are ours.
#include "wire/answer_text.hpp"
#include "wire/filter_tap.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using spillway::AnswerText;
using spillway::FilterTap;
using spillway::Operation;
using spillway::SseEvent;

namespace {

bool is_same(const FilterTap& a, const FilterTap& b) {
    return std::ranges::equal(a.verdicts().all(), b.verdicts().all()) &&
           a.verdicts().stopped() == b.verdicts().stopped();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const bool fits = size < FilterTap::held_max;

    FilterTap whole;
    whole.on_json(text);
    for (const std::size_t at : {size / 3, size / 2, size - size / 4}) {
        FilterTap pieces;
        pieces.on_json(text.substr(0, at));
        pieces.on_json(text.substr(at));
        if (fits && !is_same(whole, pieces)) { std::abort(); }
    }

    SseEvent event;
    event.data = text;
    event.has_data = true;
    FilterTap tap;
    tap.on_event(event);
    for (const auto operation : {Operation::chat_completions, Operation::responses}) {
        AnswerText answer(operation, 100);
        answer.on_event(event);
        answer.on_json(text);
        if (answer.text().size() > 100 + AnswerText::choices_max) { std::abort(); }
    }
    return 0;
}
