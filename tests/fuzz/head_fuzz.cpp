// Whatever bytes arrive and however they are cut, the head parser gives one answer, its views stay
// inside the bytes, and what it accepts has the shape it promises.

#include "wire/head.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace spillway;

constexpr HeadLimits limits{.bytes = 512, .fields = 8};

void require(bool condition) {
    if (!condition) { std::abort(); }
}

bool is_inside(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

bool holds_line_end(std::string_view text) {
    return text.find_first_of(std::string_view{"\r\n\0", 3}) != text.npos;
}

void check_fields(const Fields& fields, std::string_view bytes) {
    require(fields.all().size() <= limits.fields);
    for (const Field& field : fields.all()) {
        require(is_inside(field.name, bytes) && is_inside(field.value, bytes));
        require(!field.name.empty() && !holds_line_end(field.name));
        require(field.name.find_first_of(" \t:") == std::string_view::npos);
        require(!holds_line_end(field.value));
    }
}

/// Scans in pieces of `step`. A head that is refused early stays refused when more arrives.
template <class Head>
HeadState scan(std::string_view bytes, std::size_t step, Head& head,
               HeadState (HeadScanner::*parse)(std::string_view, Head&) noexcept) {
    HeadScanner scanner{limits};
    HeadState state = HeadState::need_more;
    for (std::size_t end = step; state == HeadState::need_more; end += step) {
        state = (scanner.*parse)(bytes.substr(0, end), head);
        if (end >= bytes.size()) { break; }
    }
    return state;
}

template <class Head>
bool same_in_pieces(std::string_view bytes, std::size_t step, Head& whole,
                    HeadState (HeadScanner::*parse)(std::string_view, Head&) noexcept) {
    Head pieces;
    const HeadState state = scan(bytes, bytes.size() + 1, whole, parse);
    require(scan(bytes, step, pieces, parse) == state);
    if (state != HeadState::complete) { return false; }
    require(pieces.bytes == whole.bytes && whole.bytes <= limits.bytes);
    require(pieces.fields.all().size() == whole.fields.all().size());
    check_fields(whole.fields, bytes.substr(0, whole.bytes));
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) { return 0; }
    const std::size_t step = 1 + data[0] % 32U;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

    RequestHead request;
    if (same_in_pieces(bytes, step, request, &HeadScanner::request)) {
        require(request.target.starts_with('/') && request.minor <= 1);
        require(std::ranges::all_of(request.target, [](char c) { return c > 0x20 && c < 0x7F; }));
    }
    ResponseHead response;
    if (same_in_pieces(bytes, step, response, &HeadScanner::response)) {
        require(response.status >= 100 && response.status <= 599);
        require(!holds_line_end(response.reason));
    }
    return 0;
}
