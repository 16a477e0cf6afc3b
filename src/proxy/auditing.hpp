// What the proxy tells the audit stream: asked before a request is sent anywhere, told when it has
// ended. Called by session, attempt and ending; does nothing while audit is off.
#pragma once

#include "proxy/answer_taps.hpp"
#include "proxy/exchange.hpp"
#include "wire/error_reply.hpp"

#include <memory>
#include <optional>

namespace spillway {

/// The refusal, when a line about this request could not be written. Then nothing may be sent.
[[nodiscard]] std::optional<ErrorReply> check_audit(Exchange& exchange);
/// For an attempt of this request; null when audit is off.
[[nodiscard]] std::unique_ptr<AuditTaps> audit_taps(const Exchange& exchange);
/// The request has ended; `exchange.record` is complete.
void audit(Exchange& exchange);

}  // namespace spillway
