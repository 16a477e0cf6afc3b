// Finding a key in an event without parsing it. Every event of a committed stream is searched for
// two or three names that are almost never there; memmem builds a table per call and
// string_view::find stops at every quote, both cost more than the whole rest of the work on an
// event.
#pragma once

#include <cstddef>
#include <string_view>

namespace spillway {

/// Where `marker` begins, for one of at least two characters such as `"usage"`; npos when nowhere.
/// Raw bytes are compared: inside a JSON string the quotes would be escaped, so a marker with
/// quotes only matches a whole token.
[[nodiscard]] std::size_t find_marker(std::string_view text, std::string_view marker) noexcept;

}  // namespace spillway
