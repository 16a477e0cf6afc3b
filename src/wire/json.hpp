// Looking into JSON that an upstream wrote: events, error bodies, usage objects. These are small,
// complete and lie anywhere in somebody's buffer, so this reader needs no padding, copies nothing
// and never recurses; callers' bodies go through `inspect` instead. A reader for facts, not a
// validator: what is malformed is absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

/// A value inside a text; a view, valid as long as the text.
class JsonValue {
public:
    enum class Kind : std::uint8_t { none, null, boolean, number, string, array, object };

    JsonValue() noexcept = default;
    JsonValue(Kind kind, std::string_view text) noexcept : kind_(kind), text_(text) {}

    /// The value at the start of `text`, leading blanks skipped; what follows it is not looked at.
    [[nodiscard]] static JsonValue parse(std::string_view text) noexcept;

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    /// The token; a container with its brackets, a string without its quotes and still escaped.
    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    /// False for everything that says nothing: absent, null, "", [], {}.
    [[nodiscard]] bool has_content() const noexcept;

    /// First member of that name; `Kind::none` when absent or when this is not an object. Keys are
    /// compared as they are written: an escaped spelling of a name does not match.
    [[nodiscard]] JsonValue operator[](std::string_view name) const noexcept;
    /// A whole number; absent for anything else and beyond 64 bits.
    [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;
    /// A string unescaped, or a number's digits; empty for anything else. At most `bytes_max`
    /// bytes, cut between characters.
    [[nodiscard]] std::string string(std::size_t bytes_max) const;

private:
    Kind kind_ = Kind::none;
    std::string_view text_;
};

/// Goes through the members of an object or the items of an array (then `name` stays empty); ends
/// early when malformed.
class JsonMembers {
public:
    explicit JsonMembers(const JsonValue& container) noexcept;

    [[nodiscard]] bool next() noexcept;
    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] const JsonValue& value() const noexcept { return value_; }

private:
    JsonValue::Kind kind_;
    std::string_view rest_;
    std::string_view name_;
    JsonValue value_;
};

}  // namespace spillway
