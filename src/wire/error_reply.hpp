// The one place that turns our own refusals into HTTP: OpenAI's error shape, the retry levers the
// SDKs obey (azure-protocol.md §3.7), and a message that says what to do.
#pragma once

#include "spillway/time.hpp"
#include "wire/api_path.hpp"
#include "wire/head_rules.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace spillway {

struct ErrorReply {
    int status = 500;  ///< never 3xx or 409: SDKs follow the one and repeat the other
    /// invalid_request_error, authentication_error, rate_limit_error, server_error ...
    std::string_view type = "server_error";
    std::string_view code{};   ///< empty: null
    std::string_view param{};  ///< empty: null
    std::string message{};
    /// Sent as retry-after-ms (rounded up, >= 1) and retry-after (whole seconds, >= 1), both at
    /// most 60 s.
    std::optional<Duration> retry_after{};
    std::optional<bool> should_retry{};  ///< x-should-retry; absent: the SDK decides
    std::string_view allow{};            ///< Allow field of a 405; empty: none
    std::string_view authenticate{};     ///< WWW-Authenticate field of a 401; empty: none
};

/// The answer to a path that is not served.
[[nodiscard]] ErrorReply error_reply(const PathError& error);
/// The answer to a model that is no route of ours.
[[nodiscard]] ErrorReply unknown_model();

/// Appends a complete HTTP/1.1 response. `head_only` answers a HEAD request.
enum class ReplyBody : std::uint8_t { full, head_only };
void append_reply(std::string& out, const ErrorReply& reply, const GatewayFields& gateway,
                  ReplyBody body = ReplyBody::full);

/// Appends a complete 200 with a JSON body of ours (the models list).
void append_json_reply(std::string& out, std::string_view json, const GatewayFields& gateway,
                       ReplyBody body = ReplyBody::full);

}  // namespace spillway
