// What went wrong in an upstream's own words, from an answer's body or from an event inside a 200,
// brought to one form for classification and for the log (azure-protocol.md §3.5, §4.5, §5.1-§5.2).
// Separate from `dialect`, because an error body has nothing to do with streams.
#pragma once

#include "wire/sse.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway {

/// Owns its texts, each at most `text_max` bytes and valid UTF-8 as far as the upstream's was.
struct UpstreamError {
    static constexpr std::size_t text_max = 1024;

    int status = 0;  ///< for an event: the HTTP status it stands for
    std::string code;
    std::string type;
    std::string message;
};

/// An event of kind `error`. Status: rate_limit_exceeded / too_many_requests -> 429, overloaded ->
/// 503, what is the caller's own fault -> 400 ...; 500 when it gives no reason.
[[nodiscard]] UpstreamError error_of_event(const SseEvent& event);

/// An error answer's body: any JSON form of §5.1, or text. Looks at the first 64 KiB. Of a page of
/// HTML or a compressed body only the fact is told.
[[nodiscard]] UpstreamError error_of_body(int status, std::string_view body);

}  // namespace spillway
