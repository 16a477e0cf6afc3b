// The language of the field table: a row names a key, says what its value may look like, and is
// bound to the field of `Config` where the value goes. Loader, schema and documentation all read
// the same rows, and defaults are taken from the bound fields, so none of them can drift from the
// others.
#pragma once

#include "config/amount.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway {

/// A value that is one piece of text.
struct Scalar {
    /// What a JSON reader makes of it when it is written without quotes.
    enum class Type : std::uint8_t { text, whole_number, number, flag };
    struct Range {
        double min;
        double max;
    };

    Type type = Type::text;
    std::string words;    ///< "a duration such as 20s": for "has to be ..."
    std::string pattern;  ///< ECMA 262 without anchors, of the text form; empty: anything
    std::vector<std::string> choices;
    std::optional<Range> range;  ///< of the number types
    std::string fallback;        ///< the default as it would be written; empty: none
    /// Parses and keeps the text, or says why not. The bound field outlives the row.
    std::function<std::optional<Complaint>(std::string_view)> store;
};

/// Which names the entries of a map may have.
enum class NameRule : std::uint8_t {
    plain,  ///< [A-Za-z0-9._-], at most 64: becomes a metric label and part of a path
    model,  ///< also `/` and `:`, as model names have them
};

struct Row;

/// Everything that may stand under a key; more than one form is possible.
struct Shape {
    Shape() = default;
    explicit Shape(Scalar only);

    std::optional<Scalar> scalar;
    /// A map of fixed keys. Called once the map is known to be there, so it may create what they
    /// fill.
    std::function<std::vector<Row>()> map;
    bool one_key = false;  ///< of `map`: exactly one of its keys has to be there
    /// A map of names: the shape of one entry, which is appended to the bound list.
    std::function<Shape(const std::string& name)> entry;
    NameRule names = NameRule::plain;
    std::function<Shape()> item;  ///< a list: the shape of one element, which is appended likewise
};

struct Row {
    enum class Presence : std::uint8_t { optional, required };

    std::string key;
    std::string description;
    Shape shape;
    Presence presence = Presence::optional;
};

inline Shape::Shape(Scalar only) : scalar(std::move(only)) {}

[[nodiscard]] bool is_name(std::string_view text, NameRule rule);
/// What to say about a text that is no name.
[[nodiscard]] Complaint refuse_name(std::string_view text, NameRule rule);
[[nodiscard]] std::string_view pattern_for(NameRule rule) noexcept;

}  // namespace spillway
