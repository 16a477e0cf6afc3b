// Everything in a request's head by which a caller may say who it is, in every form that SDKs and
// front doors use (azure-protocol.md §2.1). All of it is collected, not the first that fits: what
// is wrong must not hide behind what is right.
#pragma once

#include "wire/head.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace spillway {

/// Views into the head.
struct CallerCredential {
    enum class Form : std::uint8_t {
        bearer,   ///< Authorization: Bearer: a key or a token
        key,      ///< a field or the query: a key
        unknown,  ///< another scheme, or an empty value: cannot be right
    };
    Form form = Form::unknown;
    std::string_view text{};
};

/// The token of an `Authorization: Bearer`, out of the field's value; empty when there is none.
[[nodiscard]] std::string_view bearer_token(std::string_view authorization) noexcept;

class CallerCredentials {
public:
    /// More than these are in no honest request; the ones behind count as one that is wrong.
    static constexpr std::size_t shown_max = 8;

    /// `key_header`: a further field that keys are taken from, in lower case; empty: none. In
    /// order: Authorization, `key_header`, api-key, x-api-key, ocp-apim-subscription-key, the
    /// query's api-key. The same text twice is there once.
    [[nodiscard]] static CallerCredentials of(const RequestHead& head, std::string_view key_header);

    [[nodiscard]] std::span<const CallerCredential> all() const noexcept {
        return {shown_.data(), count_};
    }

private:
    void add(const CallerCredential& credential) noexcept;
    void add_fields(const Fields& fields, std::string_view name) noexcept;

    std::array<CallerCredential, shown_max> shown_;
    std::size_t count_ = 0;
};

}  // namespace spillway
