// What passes between the admin listener and those who answer: a request, a reply, and an action as
// one entry of a table. Separate so that an action's owner needs to know nothing else of this
// layer.
#pragma once

#include "spillway/time.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace spillway {

/// As it came. Fields that were absent are empty.
struct AdminRequest {
    std::string_view method;
    std::string_view target;  ///< origin-form, with its query
    std::string_view host;
    std::string_view content_type{};
    std::string_view intent{};  ///< value of X-Spillway-Admin
    std::string_view body{};
    std::string_view authorization{};
};

struct AdminReply {
    unsigned status = 200;
    std::string_view content_type;
    std::string body;
    std::string_view allow{};      ///< value of the Allow field; empty for none
    std::string_view challenge{};  ///< value of the WWW-Authenticate field; empty for none
    /// Value of Content-Security-Policy; what is no page may do nothing in a browser.
    std::string_view security_policy = "default-src 'none'; frame-ancestors 'none'";
};

/// A request that may be answered: its path and method have chosen who answers it.
struct AdminCall {
    std::string_view query;  ///< without `?`
    std::string_view body;   ///< JSON, not parsed yet, or empty; at most 64 KiB
    TimePoint now{};
};

/// POST `path`. Its caller has sent `X-Spillway-Admin: 1`, which no web page can make a browser
/// send to us (a cross-origin request with a field of its own asks by OPTIONS first and is
/// refused).
struct AdminAction {
    std::string_view path;  ///< static
    /// On the admin thread, which answers nobody else meanwhile. Must not throw on account of the
    /// request.
    std::function<AdminReply(const AdminCall& call)> act;
};

/// An error as JSON: `{"error": {"code": ..., "message": ...}}`.
[[nodiscard]] AdminReply admin_error(unsigned status, std::string_view code,
                                     const std::string& message);

}  // namespace spillway
