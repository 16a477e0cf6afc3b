// The shapes the field table is made of: one function per kind of value, each binding it to its
// field.
#pragma once

#include "config/row.hpp"
#include "spillway/time.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace spillway {

/// Bounds of a number, both included, in its unit's smallest step.
struct AmountRange {
    std::int64_t min;
    std::int64_t max;
};

/// Any number with a unit; `keep` gets it in the smallest step.
[[nodiscard]] Shape amount(Unit unit, AmountRange range, std::int64_t fallback,
                           std::function<void(std::int64_t)> keep);

template <class Number>
[[nodiscard]] Shape number(Unit unit, Number& field, AmountRange range) {
    return amount(unit, range, static_cast<std::int64_t>(field),
                  [&field](std::int64_t value) { field = static_cast<Number>(value); });
}

/// A limit of at least 1. 0 means unlimited in `Config`, but hardly to who writes it.
template <class Number>
[[nodiscard]] Shape limit(const std::string& key, Number& field, std::int64_t max) {
    Shape shape = number(Unit::count, field, {1, max});
    shape.scalar->fallback.clear();
    shape.scalar->store = [key, store = shape.scalar->store](std::string_view text) {
        auto complaint = store(text);
        if (complaint && text == "0") {
            return std::optional(Complaint("0 would let no request through",
                                           "leave `" + key + "` out for no limit"));
        }
        return complaint;
    };
    return shape;
}

/// `min` and `max` are included.
template <class Rep, class Period>
[[nodiscard]] Shape duration(std::chrono::duration<Rep, Period>& field,
                             std::chrono::milliseconds min, std::chrono::milliseconds max) {
    using Field = std::chrono::duration<Rep, Period>;
    using std::chrono::nanoseconds;
    return amount(Unit::duration, {nanoseconds(min).count(), nanoseconds(max).count()},
                  nanoseconds(field).count(), [&field](std::int64_t value) {
                      field = std::chrono::duration_cast<Field>(nanoseconds(value));
                  });
}

[[nodiscard]] Shape ratio(double& field, double min, double max);
[[nodiscard]] Shape flag(bool& field);
/// Any text.
[[nodiscard]] Shape text(std::string& field, std::string words);
/// A name that other values refer to.
[[nodiscard]] Shape name(std::string& field, NameRule rule);

template <class Parse>
[[nodiscard]] Shape parsed(std::string words, std::string pattern, Parse parse) {
    Scalar scalar;
    scalar.words = std::move(words);
    scalar.pattern = std::move(pattern);
    scalar.store = std::move(parse);
    return Shape(std::move(scalar));
}

/// One of the words of `names`, whose positions are the enum's values.
template <class Enum>
[[nodiscard]] Shape choice(Enum& field, std::vector<std::string> names);
[[nodiscard]] Shape choice_of(std::vector<std::string> names, std::size_t fallback,
                              std::function<void(std::size_t)> keep);

/// The name of an entry of `entries` (already loaded); `keep` gets its position.
template <class Named>
[[nodiscard]] Shape reference(const std::vector<Named>& entries, const std::string& section,
                              std::function<void(std::size_t)> keep);
[[nodiscard]] Shape reference_to(std::vector<std::string> names, const std::string& section,
                                 std::function<void(std::size_t)> keep);

/// A map of fixed keys.
[[nodiscard]] Shape map_of(std::function<std::vector<Row>()> rows);
/// A map of exactly one of these keys.
[[nodiscard]] Shape one_of(std::function<std::vector<Row>()> rows);
/// A map of names to shapes.
[[nodiscard]] Shape named(NameRule names, std::function<Shape(const std::string& name)> entry);
[[nodiscard]] Shape list_of(std::function<Shape()> item);

template <class Enum>
Shape choice(Enum& field, std::vector<std::string> names) {
    return choice_of(std::move(names), static_cast<std::size_t>(field),
                     [&field](std::size_t index) { field = static_cast<Enum>(index); });
}

template <class Named>
Shape reference(const std::vector<Named>& entries, const std::string& section,
                std::function<void(std::size_t)> keep) {
    std::vector<std::string> names;
    for (const Named& entry : entries) { names.push_back(entry.name); }
    return reference_to(std::move(names), section, std::move(keep));
}

}  // namespace spillway
