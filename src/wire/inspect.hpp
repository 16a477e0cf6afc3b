// One pass over a caller's JSON body for the few facts that route, bill or police; the bytes
// themselves are forwarded as they came. Duplicates of any key read here are refused, because
// parsers disagree on which one counts (reliability.md §0.19). The whole document is checked on the
// way: a body that an upstream understands differently from us is how two parties come to disagree
// on `model`.
#pragma once

#include "spillway/ids.hpp"
#include "spillway/operation.hpp"
#include "wire/json_quote.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace spillway {

/// Bytes that must be readable (contents irrelevant) behind a body given to `inspect`: simdjson
/// reads past the end.
inline constexpr std::size_t body_padding = 64;

struct Inspection {
    std::string model;  ///< unescaped; empty when the body has none
    /// Of the value of `model`, for a splice: a string token with its quotes, or `null`.
    std::size_t model_offset = 0;
    std::size_t model_length = 0;  ///< 0: no model in the body
    bool stream = false;
    bool include_usage = false;  ///< stream_options.include_usage is true
    /// Estimate: characters / 4 rounded up, images, audio and files by a flat amount, token arrays
    /// exactly.
    Tokens prompt = 0;
    /// The largest of max_tokens, max_completion_tokens and max_output_tokens; at most 2^31 - 1.
    std::optional<Tokens> output_bound;
    Tokens choices = 1;  ///< n (best_of when larger), 1..128

    /// Whether the complete answer tells its token usage: a stream of chat/completions or
    /// completions does so only when asked (azure-protocol.md §4.4), all others always.
    [[nodiscard]] bool asks_usage(Operation operation) const noexcept;
    /// What Azure is assumed to charge at admission: prompt + choices * bound (azure-protocol.md
    /// §3.1); embeddings have no output.
    [[nodiscard]] Tokens estimate(Operation operation, Tokens default_output) const noexcept;
};

struct BodyError {
    std::string_view code;   ///< invalid_json, duplicate_key, invalid_type, invalid_value; static
    std::string_view param;  ///< offending key; static; may be empty
    std::string message;     ///< short, never a copy of unbounded input
};

/// One per worker: holds simdjson's reusable state, which grows with the bodies it has seen up to 1
/// MiB and is given back after a larger one. Not for concurrent use.
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
    std::unique_ptr<State> state_;
};

}  // namespace spillway
