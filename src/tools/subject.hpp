// What the data path would make of a question before it plans: the same reading of path and body
// that a session does. Separate from explain, which begins where the planner does.
#pragma once

#include "spillway/operation.hpp"
#include "tools/question.hpp"
#include "wire/error_reply.hpp"
#include "wire/inspect.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <string>

namespace spillway {

struct Subject {
    Operation operation = Operation::chat_completions;
    std::string model;        ///< what the route is looked up by
    std::string api_version;  ///< the caller's; empty for none
    Inspection seen;
    std::optional<ErrorReply> refused;  ///< the path or the body is not let in; then that is all
};

/// The error says why the question cannot be answered, for whoever asked.
[[nodiscard]] boost::system::result<Subject, std::string> subject_of(const Question& question);

}  // namespace spillway
