// What an answer is charged for: to its caller's account, and in money by the table's prices.
// Attempts that came before the answer are charged to nobody.
#pragma once

#include "proxy/attempt.hpp"
#include "proxy/exchange.hpp"

namespace spillway {

/// Finds out what the attempt whose answer the caller got, at least in part, has used. Where the
/// upstream did not say it is estimated: the prompt, and what was generated as far as it was seen.
void note_charge(Exchange& exchange, Attempt& attempt);

/// Charges the caller's account with that, once, at the request's end.
void charge(const Exchange& exchange) noexcept;

}  // namespace spillway
