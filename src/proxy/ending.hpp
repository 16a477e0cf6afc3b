// How requests end: honestly, once, and written down. Tokens are settled, the breaker is told,
// cells are added, one access-log line is written. Called by session, dispatch and relay; calls
// nobody above the wire.
#pragma once

#include "proxy/attempt.hpp"
#include "proxy/exchange.hpp"
#include "spillway/result.hpp"
#include "wire/error_reply.hpp"

#include <string_view>

namespace spillway {

/// An attempt that will not be shown to the caller: breaker, cool-down, cells and the record are
/// told.
void note_attempt(Exchange& exchange, Attempt& attempt, const Verdict& verdict, TimePoint now);

/// The attempt's answer is about to be shown to the caller: its start outcome.
void note_commit(Exchange& exchange, Attempt& attempt, const Verdict& verdict, TimePoint now);

/// A refusal of our own is the answer.
[[nodiscard]] task<void> refuse(Exchange& exchange, ErrorReply reply, Outcome outcome);

/// The answer reached the caller whole.
void complete(Exchange& exchange, Attempt& attempt, TimePoint now);
/// The answer broke off after the commit point: a stream gets an error event of its dialect and
/// then an abnormal end, everything else just the abnormal end. Never a terminal marker.
[[nodiscard]] task<void> break_off(Exchange& exchange, Attempt& attempt, Failure failure);
/// The caller has gone. `attempt` may be null.
void abandon(Exchange& exchange, Attempt* attempt, TimePoint now);

/// Writes the record and counts the outcome; the last thing that happens to an exchange.
void finish(Exchange& exchange, Outcome outcome, int status, TimePoint now);

}  // namespace spillway
