// One pass over a caller's JSON body for the few facts that route, bill or police; the bytes themselves are forwarded as
// they came. Duplicates of any key read here are refused, because parsers disagree on which one counts.
#pragma once

#include "spillway/ids.hpp"
#include "spillway/operation.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace spillway {

/// Bytes that must be readable (contents irrelevant) behind a body given to `inspect`: simdjson reads past the end.
inline constexpr std::size_t body_padding = 64;

struct Inspection {
    std::string model;                ///< unescaped; empty when the body has none
    std::size_t model_offset = 0;     ///< of the JSON string token (with quotes) of `model`, for a splice
    std::size_t model_length = 0;     ///< 0: no model in the body
    bool stream = false;
    bool include_usage = false;       ///< stream_options.include_usage is true
    Tokens prompt = 0;                ///< estimate: characters / 4, images and audio by a flat amount, token arrays exactly
    std::optional<Tokens> output_bound;  ///< max_tokens | max_completion_tokens | max_output_tokens
    Tokens choices = 1;               ///< n (best_of when larger), 1..128

    /// What Azure is assumed to charge at admission: prompt + choices * bound (azure-protocol.md §3.1).
    [[nodiscard]] Tokens estimate(Operation operation, Tokens default_output) const noexcept;
};

struct BodyError {
    std::string_view code;   ///< "invalid_json", "duplicate_key", ...; static
    std::string_view param;  ///< offending key; static; may be empty
    std::string message;     ///< short, never a copy of unbounded input
};

/// One per worker: holds simdjson's reusable state. Not for concurrent use.
class Inspector {
public:
    Inspector();
    ~Inspector();
    Inspector(const Inspector&) = delete;
    Inspector& operator=(const Inspector&) = delete;

    /// `body` must be followed by `body_padding` readable bytes. Depth bound 64.
    [[nodiscard]] std::variant<Inspection, BodyError> inspect(std::string_view body,
                                                              Operation operation);

private:
    struct State;
    State* state_;
};

/// `text` as a JSON string token, quotes included (for splicing `model` and for our own messages).
[[nodiscard]] std::string json_quoted(std::string_view text);

}  // namespace spillway
