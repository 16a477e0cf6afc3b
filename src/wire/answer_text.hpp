// What a model said, put together from an answer that passes: the pieces of a stream joined choice
// by choice, a JSON body as it is. Runs only for routes whose answers are kept; bounded.
#pragma once

#include "spillway/operation.hpp"
#include "wire/sse.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

class AnswerText {
public:
    static constexpr std::size_t choices_max = 8;

    AnswerText(Operation operation, std::size_t bytes_max)
        : operation_(operation), bytes_max_(bytes_max) {}

    void on_event(const SseEvent& event);
    void on_json(std::string_view piece);

    /// Choices one after the other, each on lines of its own.
    [[nodiscard]] std::string text() const;
    /// There was more than was kept.
    [[nodiscard]] bool is_cut() const noexcept { return cut_; }

private:
    void add(std::int64_t choice, std::string_view piece);

    struct Choice {
        std::int64_t index;
        std::string text;
    };
    Operation operation_;
    std::size_t bytes_max_;
    std::size_t kept_ = 0;
    bool cut_ = false;
    std::vector<Choice> choices_;
};

}  // namespace spillway
