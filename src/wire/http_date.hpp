// Dates as HTTP writes them (RFC 9110 §5.6.7): a small grammar of three forms, worth its own tests.
#pragma once

#include "spillway/time.hpp"

#include <optional>
#include <string_view>

namespace spillway {

/// IMF-fixdate (`Sun, 06 Nov 1994 08:49:37 GMT`), RFC 850 (`Sunday, 06-Nov-94 08:49:37 GMT`) or
/// asctime
/// (`Sun Nov  6 08:49:37 1994`). The name of the day is not checked against the date. `now`
/// resolves a year of two digits: one that lies more than 50 years ahead is in the past.
[[nodiscard]] std::optional<WallTime> parse_http_date(std::string_view text, WallTime now) noexcept;

}  // namespace spillway
