// Numbers as people write them in a routing table: `100k`, `20s`, `64KiB`, `0.5`. Everything that
// is written in another way is refused with the spelling that was probably meant.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace spillway {

/// Why a text is not the value it should be, and what to write instead (empty: nothing better to
/// say).
struct Complaint {
    Complaint() = default;
    Complaint(std::string what, std::string instead)
        : message(std::move(what)), suggestion(std::move(instead)) {}

    std::string message;
    std::string suggestion;
};

template <class T>
using Parsed = boost::system::result<T, Complaint>;

/// In what a number is counted, and which suffixes it takes.
enum class Unit : std::uint8_t {
    plain,     ///< digits only
    count,     ///< optional k, M (powers of 1000)
    bytes,     ///< optional KiB, MiB, GiB; the key says bytes, so plain digits are fine
    duration,  ///< ms, s, m, h; never without, because nobody can guess which was meant
    money,     ///< units of the table's currency with up to six decimals, no sign of it
};

/// In the unit's smallest step: 1, 1, one byte, one nanosecond, one millionth. Never negative.
[[nodiscard]] Parsed<std::int64_t> parse_amount(std::string_view text, Unit unit);
/// The shortest text that parse_amount reads back exactly.
[[nodiscard]] std::string format_amount(std::int64_t amount, Unit unit);
/// What the unit's values look like, e.g. `a duration such as 20s or 500ms`.
[[nodiscard]] std::string_view words_for(Unit unit) noexcept;
/// Regular expression (ECMA 262, no anchors) of what parse_amount accepts.
[[nodiscard]] std::string_view pattern_for(Unit unit) noexcept;

/// A plain decimal such as 0.5.
[[nodiscard]] Parsed<double> parse_ratio(std::string_view text);
[[nodiscard]] std::string format_ratio(double ratio);

/// `true` or `false`; YAML 1.1's yes/no/on/off are refused.
[[nodiscard]] Parsed<bool> parse_flag(std::string_view text);

}  // namespace spillway
