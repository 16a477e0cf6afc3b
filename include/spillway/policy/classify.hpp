// What an answer or a failure before the commit point means: for the caller (pass it on or go
// elsewhere), for the breaker, for the quota, for the retry budget. One table, azure-protocol.md
// §5.3.
#pragma once

#include "spillway/policy/budget.hpp"
#include "spillway/policy/effect.hpp"
#include "spillway/result.hpp"
#include "spillway/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway {

/// Why a request went elsewhere (or could not): a closed set, it becomes a metric label and a log
/// word.
enum class Reason : std::uint8_t {
    none,
    throttled_tokens,
    throttled_requests,
    throttled_capacity,
    insufficient_quota,
    server_error,
    request_timeout,  ///< 408
    unauthorized,     ///< 401, 403
    not_found,        ///< DeploymentNotFound, Resource not found
    unsupported,      ///< this deployment cannot do it, another may
    resolve,
    connect,
    tls,
    timeout_head,
    timeout_first_event,
    timeout_total,
    reset,
    malformed,
    truncated,     ///< ended before it was complete
    stream_error,  ///< error event inside a 200
};
inline constexpr std::size_t reason_count = 20;
[[nodiscard]] std::string_view name(Reason reason) noexcept;

/// An upstream's error answer, or the mapped form of an early error event. Views live as long as
/// the body held.
struct ErrorFacts {
    int status = 0;
    std::string_view code{};
    std::string_view type{};
    std::string_view message{};
    bool quota_headers = false;  ///< rate-limit headers say that a quota is used up
    bool retry_after = false;    ///< the answer says when to come back, in any of the forms
    /// The caller chose the api-version: Azure answers one it does not know as if the path were
    /// wrong (azure-protocol.md §5.2).
    bool callers_version = false;
    bool callers_credential = false;  ///< it was the caller's own token that was judged
};

struct Verdict {
    enum class Next : std::uint8_t {
        pass,            ///< the caller gets this answer untouched
        elsewhere,       ///< another deployment, if budget and table allow
        elsewhere_once,  ///< 408: once per request, then pass
    };
    Next next = Next::pass;
    Effect effect = Effect::ok;
    Reason reason = Reason::none;
    bool throttle = false;  ///< start or extend the cool-down
    bool alert = false;     ///< an operator has to act (credentials, missing deployment)
    /// If nobody else can answer: may this very answer be shown to the caller? Never a backend's
    /// 401/403/404.
    bool showable = true;
    RequestBudget::Cost cost = RequestBudget::Cost::counted;

    friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// An answer with a status line (>= 400), or an error event mapped to a status.
[[nodiscard]] Verdict classify(const ErrorFacts& facts) noexcept;
/// A failure without an answer.
[[nodiscard]] Verdict classify(const Failure& failure) noexcept;

}  // namespace spillway
