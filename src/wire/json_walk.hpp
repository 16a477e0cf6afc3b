// Walks values of a caller's body with simdjson On-Demand to check them and to count what the
// prompt amounts to. Separate from `inspect`, which knows the keys: this knows JSON and its depth.
#pragma once

#include "spillway/ids.hpp"

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway {

/// Of one body. On-Demand accepts a value that nobody converts, so every value is visited; that is
/// also what makes the depth bound hold before anything recurses.
class JsonWalk {
public:
    /// The top-level object is 1.
    static constexpr unsigned depth_max = 64;
    /// Assumed for an image, a sound or a file, whatever its size: their real cost depends on the
    /// model and on pixels we do not decode; their base64 says nothing.
    static constexpr Tokens flat_part_tokens = 1000;

    /// What the values under a key count for.
    enum class Counts : std::uint8_t {
        nothing,
        items,  ///< text; a bare number is a token
        parts,  ///< inside an object: text, but numbers are settings
    };

    /// Checks a value and all that is in it; `depth` is that of the value itself, were it a
    /// container. False: `why` says what is wrong with it.
    [[nodiscard]] bool visit(simdjson::ondemand::value& value, unsigned depth, Counts counts);

    /// Characters / 4, rounded up once, and the flat amounts.
    [[nodiscard]] Tokens tokens() const noexcept;
    /// Static text.
    [[nodiscard]] std::string_view why() const noexcept { return why_; }

    /// Keeps the reason; always false.
    bool fail(std::string_view why) noexcept;
    bool fail(simdjson::error_code error) noexcept { return fail(simdjson::error_message(error)); }

private:
    [[nodiscard]] bool array(simdjson::ondemand::value& value, unsigned depth, Counts counts);
    [[nodiscard]] bool object(simdjson::ondemand::value& value, unsigned depth, Counts counts);
    [[nodiscard]] bool string(simdjson::ondemand::value& value, std::string_view token,
                              Counts counts);
    [[nodiscard]] Counts of_member(std::string_view name, Counts counts) noexcept;

    std::size_t characters_ = 0;
    Tokens flat_ = 0;
    std::string_view why_;
};

/// The token at which an unvisited value stands, without blanks; of a container only its first
/// character means anything. Points into the body.
[[nodiscard]] std::string_view token_of(simdjson::ondemand::value& value) noexcept;

}  // namespace spillway
