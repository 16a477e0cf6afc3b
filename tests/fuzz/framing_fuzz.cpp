// However a body is cut, the decoder takes off the same payload, consumes the same bytes and ends
// in the same state, and never touches what lies behind the message.

#include "wire/framing.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace spillway;
using State = BodyDecoder::State;

void require(bool condition) {
    if (!condition) { std::abort(); }
}

struct Read {
    std::string payload;
    std::size_t consumed = 0;
    State state = State::more;
    State at_end = State::more;
};

Read decode(const BodyFraming& framing, std::string_view bytes, std::size_t step) {
    BodyDecoder decoder{framing};
    Read read;
    read.state = decoder.complete() ? State::complete : State::more;
    for (std::size_t at = 0; at < bytes.size() && read.state == State::more; at += step) {
        const std::string_view source = bytes.substr(at, step);
        std::vector<char> piece(source.begin(), source.end());
        const auto got = decoder.decode(piece);
        require(got.consumed <= piece.size() && got.payload.size() <= got.consumed);
        require(got.state != State::more || got.consumed == piece.size());
        const std::string_view rest = std::string_view{piece.data(), piece.size()};
        require(rest.substr(got.consumed) == source.substr(got.consumed));
        read.payload += got.payload;
        read.consumed += got.consumed;
        read.state = got.state;
    }
    read.at_end = decoder.at_end();
    return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) { return 0; }
    const BodyFraming framing{static_cast<BodyFraming::Kind>(data[0] % 4U), data[1]};
    const std::size_t step = 1 + data[2] % 32U;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);

    const Read whole = decode(framing, bytes, bytes.size() + 1);
    const Read pieces = decode(framing, bytes, step);

    require(whole.payload == pieces.payload && whole.consumed == pieces.consumed);
    require(whole.state == pieces.state && whole.at_end == pieces.at_end);
    return 0;
}
