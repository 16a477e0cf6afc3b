// Field values of any content never give a negative or unbounded hint. The first byte chooses the
// name.

#include "wire/hints.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace spillway;

void check(const std::optional<Duration>& duration) {
    if (duration && (*duration < Duration::zero() || *duration > hint_max)) { std::abort(); }
}

void check(const std::optional<Tokens>& count) {
    if (count && *count < 0) { std::abort(); }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) { return 0; }
    constexpr std::array<std::string_view, 6> names = {
        "retry-after",
        "retry-after-ms",
        "x-ratelimit-reset-tokens",
        "x-ratelimit-remaining-tokens",
        "x-ms-is-spilled-over",
        "x-ratelimit-limit-tokens",
    };
    const std::string_view value(reinterpret_cast<const char*>(data + 1), size - 1);
    Fields fields;
    if (!fields.push({FieldName::other, names[data[0] % names.size()], value})) { return 0; }
    const WallTime wall = WallTime() + std::chrono::hours(500'000);
    const Hints hints = parse_hints(fields, wall);
    check(hints.retry_after);
    check(hints.reset_tokens);
    check(hints.remaining_tokens);
    check(hints.limit_tokens);
    return 0;
}
