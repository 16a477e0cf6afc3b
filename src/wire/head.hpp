// The strict head parser: bytes of a request or response head to views, or the reason to refuse.
// Beast 1.81's parser may not face the outside (reliability.md §4.1); the rules here are those of
// §4.2 (nginx's strictness, RFC 9112 §2-§5). Pure: sees a byte range, allocates nothing, keeps no
// state between calls but how far it has looked.
#pragma once

#include "wire/field_name.hpp"
#include "wire/octets.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>

namespace spillway {

/// The fields array's size; a caller-facing limit below it comes from the configuration.
inline constexpr std::size_t head_fields_max = 128;

struct HeadLimits {
    std::size_t bytes = 16 * 1024;  ///< start line + fields, CRLFCRLF included
    std::size_t fields = 100;       ///< more than head_fields_max counts as head_fields_max
};

/// Views into the buffer the head was parsed from; they live as long as its bytes stay where they
/// are.
struct Field {
    FieldName id = FieldName::other;
    std::string_view name{};
    std::string_view value{};  ///< without surrounding blanks
};

/// The fields of one head in the order they came. About 5 KiB: keep one per connection, not per
/// call.
class Fields {
public:
    Fields() noexcept {}  // NOLINT(modernize-use-equals-default): would clear storage_ in `{}`

    [[nodiscard]] std::span<const Field> all() const noexcept {
        return {std::launder(reinterpret_cast<const Field*>(storage_.data())), count_};
    }
    /// First field of that name; empty view when absent (`has` tells the difference).
    [[nodiscard]] std::string_view get(FieldName id) const noexcept;
    /// For names without a FieldName; `lowercase_name` must be lower case.
    [[nodiscard]] std::string_view get(std::string_view lowercase_name) const noexcept;
    [[nodiscard]] bool has(FieldName id) const noexcept { return count(id) > 0; }
    [[nodiscard]] std::size_t count(FieldName id) const noexcept {
        return counts_[static_cast<std::size_t>(id)];
    }
    [[nodiscard]] bool push(const Field& field) noexcept;  ///< false when full
    void clear() noexcept {
        count_ = 0;
        counts_.fill(0);
    }

private:
    // Bytes, because an array of fields would be written from end to end for every head, of which
    // some fifteen entries are used.
    alignas(Field) std::array<std::byte, head_fields_max * sizeof(Field)> storage_;
    std::size_t count_ = 0;
    /// Of each name: how many there are, and where the first one stands.
    std::array<std::uint8_t, field_names> counts_{};
    std::array<std::uint8_t, field_names> firsts_;
};

enum class Method : std::uint8_t { get, post, put, patch, del, head, options };
/// As on the wire: "GET", "DELETE" ...
[[nodiscard]] std::string_view name(Method method) noexcept;

struct RequestHead {
    Method method = Method::get;
    std::string_view target{};  ///< origin-form, visible ASCII
    std::uint8_t minor = 1;     ///< HTTP/1.minor
    Fields fields;
    std::size_t bytes = 0;  ///< length of the head, a leading CRLF included
};

struct ResponseHead {
    int status = 0;  ///< 100-599
    std::string_view reason{};
    std::uint8_t minor = 1;
    Fields fields;
    std::size_t bytes = 0;
};

/// Why a head was refused: the status to answer a caller with (400, 417, 431, 501, 505; for an
/// upstream's head always 502) and words for its error body and our log. Static text, never bytes
/// of the input.
struct HeadError {
    int status = 400;
    std::string_view why{};
};

enum class HeadState : std::uint8_t { need_more, complete, refused };

/// Incremental, for one head: call again with the same buffer grown; remembers how far it has
/// scanned for the blank line and refuses as early as a bound is exceeded. After `complete` or
/// `refused` a new scanner is needed.
class HeadScanner {
public:
    explicit HeadScanner(const HeadLimits& limits) noexcept : limits_(limits) {}
    /// On `complete` the head is in `out`. One CRLF before a request line is tolerated (RFC 9112
    /// §2.2).
    [[nodiscard]] HeadState request(std::string_view bytes, RequestHead& out) noexcept;
    [[nodiscard]] HeadState response(std::string_view bytes, ResponseHead& out) noexcept;
    [[nodiscard]] const HeadError& error() const noexcept { return error_; }

private:
    [[nodiscard]] HeadState find_end(std::string_view bytes) noexcept;
    [[nodiscard]] HeadState refuse(const HeadError& error) noexcept;

    HeadLimits limits_;
    std::size_t start_ = 0;       // of the start line
    std::size_t scanned_ = 0;     // everything before holds complete lines or no line end
    std::size_t line_start_ = 0;  // of the line being scanned
    std::size_t lines_ = 0;       // complete ones: the start line and the fields
    HeadError error_;
};

/// Whether Content-Type begins with `lowercase_type`; parameters may follow.
[[nodiscard]] bool has_media_type(const Fields& fields, std::string_view lowercase_type) noexcept;

/// True when a comma-separated list field (Connection, TE ...) contains the token,
/// case-insensitively.
[[nodiscard]] bool list_has_token(std::string_view list, std::string_view token) noexcept;
[[nodiscard]] inline bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return x == y || octets::lower(x) == octets::lower(y);
           });
}

}  // namespace spillway
