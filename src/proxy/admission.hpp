// Whether a caller's request goes on: who sent it, and what its sender may do. Called by session,
// before the body is read and again when route and size are known; what it refuses is answered by
// ending.
#pragma once

#include "proxy/exchange.hpp"
#include "wire/error_reply.hpp"

#include <optional>
#include <string_view>

namespace spillway {

/// Establishes who sent the request, from its head and the connection's client certificate
/// (subject; empty: none). Why not, when that fails.
[[nodiscard]] std::optional<Denial> identify(Exchange& exchange, std::string_view certificate);
/// What whoever failed to say who they are is answered; counted.
[[nodiscard]] ErrorReply not_identified(Exchange& exchange, Denial denial);

/// Whether the caller was granted what it asks for: operation, route, length of the answer.
[[nodiscard]] std::optional<ErrorReply> check_grants(Exchange& exchange);
/// Whether anything is left of the caller's budgets.
[[nodiscard]] std::optional<ErrorReply> check_budget(Exchange& exchange);
/// Takes from the caller's requests and tokens per minute, and from those that run. The last check:
/// what it takes is given back by `return_share`.
[[nodiscard]] std::optional<ErrorReply> take_share(Exchange& exchange);
/// The answer is known. Called before its last bytes are sent, because the caller may ask again as
/// soon as it has them; the first call counts. `usage`: none was told.
void return_share(Exchange& exchange, const std::optional<Usage>& usage, int status, TimePoint now);

}  // namespace spillway
