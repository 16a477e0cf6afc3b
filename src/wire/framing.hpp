// Where a message ends. Decides the framing of a head (refusing what is ambiguous, RFC 9112 §6.3,
// reliability.md §4.2) and takes chunked coding off a body in place. It never reads past the end of
// a message and never copies bytes elsewhere.
#pragma once

#include "wire/head.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

namespace spillway {

struct BodyFraming {
    enum class Kind : std::uint8_t { none, length, chunked, until_close };
    Kind kind = Kind::none;
    std::uint64_t length = 0;  ///< of Kind::length
};

/// Request: Host exactly once (1.1), at most one of Content-Length / Transfer-Encoding, CL one
/// plain decimal, TE exactly `chunked` on 1.1 only. An Expect other than 100-continue is answered
/// 417.
[[nodiscard]] std::variant<BodyFraming, HeadError> request_framing(const RequestHead&
                                                                       head) noexcept;
/// Response to a request with `method`. 1xx is not passed in. Ambiguous framing is refused as well.
[[nodiscard]] std::variant<BodyFraming, HeadError> response_framing(const ResponseHead& head,
                                                                    Method method) noexcept;

/// Follows one body through its pieces. A value; belongs to the exchange whose body it reads.
class BodyDecoder {
public:
    enum class State : std::uint8_t { more, complete, malformed };

    struct Decoded {
        std::string_view payload;  ///< contiguous inside the range that was passed in
        std::size_t consumed = 0;  ///< bytes of this message; the rest is none of our business
        State state = State::more;
    };

    explicit BodyDecoder(const BodyFraming& framing) noexcept;

    /// Moves the payload of several chunks together in place. Any split of the input gives the same
    /// payload. Chunk extensions (<= 256 B per chunk, <= 16 KiB per message) and trailers (<= 8
    /// KiB, 32 lines) are read and dropped. After `malformed` nothing more is consumed.
    [[nodiscard]] Decoded decode(std::span<char> bytes) noexcept;
    /// The connection has ended: `complete` for until_close (and whatever is complete already),
    /// else `more`.
    [[nodiscard]] State at_end() const noexcept;
    [[nodiscard]] bool complete() const noexcept { return step_ == Step::done; }
    [[nodiscard]] const BodyFraming& framing() const noexcept { return framing_; }

private:
    /// What the next byte of a chunked body has to be.
    enum class Step : std::uint8_t {
        first_digit,
        digit,
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer_start,
        trailer_name,
        trailer_value,
        trailer_lf,
        final_lf,
        done,
        malformed,
    };

    [[nodiscard]] Decoded decode_chunked(std::span<char> bytes) noexcept;
    [[nodiscard]] State state() const noexcept;
    [[nodiscard]] Step after(char c) noexcept;
    [[nodiscard]] Step after_size(char c) noexcept;
    [[nodiscard]] Step after_extension(char c) noexcept;
    [[nodiscard]] Step after_trailer(char c) noexcept;

    BodyFraming framing_;
    std::uint64_t remaining_ = 0;           // of the length, or of the chunk
    std::uint32_t chunk_extension_ = 0;     // bytes of the extension being read
    std::uint32_t message_extensions_ = 0;  // bytes of all of them
    std::uint32_t trailer_bytes_ = 0;
    std::uint8_t trailer_lines_ = 0;
    std::uint8_t size_digits_ = 0;
    Step step_ = Step::first_digit;
};

}  // namespace spillway
