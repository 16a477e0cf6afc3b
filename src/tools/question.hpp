// What somebody wants explained, in the words of callers: the admin's POST /explain, the command
// line and the case files all ask through this.
#pragma once

#include "spillway/ids.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// States to assume on top of the real ones. Names of deployments, or of resources for all theirs.
struct Supposed {
    std::vector<std::string> down;       ///< breaker open
    std::vector<std::string> throttled;  ///< told to wait by a 429
    std::vector<std::string> full;       ///< limits used up in our own books

    friend bool operator==(const Supposed&, const Supposed&) = default;
};

/// Empty texts were not given. A path tells the operation and perhaps the model; a body tells the
/// model and the tokens.
struct Question {
    std::string model;
    std::string operation;                   ///< "chat/completions" (the default), "embeddings" ...
    std::string path;                        ///< as a caller would send it, with its query
    std::optional<std::string> body;         ///< the request's own bytes
    std::optional<Tokens> estimated_tokens;  ///< prompt and answer together
    std::optional<Tokens> prompt_tokens;
    std::optional<Tokens> max_tokens;  ///< the caller's bound on the answer
    Supposed supposed;

    friend bool operator==(const Question&, const Question&) = default;
};

/// Most tokens a question may name.
inline constexpr Tokens question_tokens_max = 2'147'483'647;

/// From `{"model": ..., "path": ..., "body": {...} or "...", "suppose": {"down": [...]}, ...}`.
/// The error is a sentence for whoever asked.
[[nodiscard]] boost::system::result<Question, std::string> read_question(std::string_view json);
/// What `read_question` reads back.
[[nodiscard]] std::string to_json(const Question& question);

}  // namespace spillway
