// What to tell a caller whom no deployment could serve: 429 when somebody has capacity again at a
// known time, 503 when all are broken, 504 when the time was up; each with the hint the SDKs obey
// and words that say what to do.
#pragma once

#include "proxy/attempt.hpp"
#include "proxy/exchange.hpp"
#include "spillway/policy/planner.hpp"
#include "wire/error_reply.hpp"

namespace spillway {

struct Refused {
    ErrorReply reply;
    Outcome outcome = Outcome::exhausted;
};

/// How the search ended.
struct LastTry {
    const Attempt* attempt = nullptr;  ///< null: nothing was tried
    bool ratio_denied = false;         ///< the process-wide retry ratio forbade another attempt
};

/// `plan`: made afresh, without regard to what this request has tried. Fills the exchange's
/// `skipped`.
[[nodiscard]] Refused explain_refusal(Exchange& exchange, const Plan& plan, const LastTry& last,
                                      TimePoint now);

}  // namespace spillway
