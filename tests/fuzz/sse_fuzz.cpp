// Any split of a stream gives the same events and the same bytes. The first byte chooses the
// pieces.

#include "wire/sse.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace spillway;

struct Outcome {
    std::vector<std::string> events;
    std::string forwarded;
    std::size_t held = 0;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome run(std::string_view stream, std::size_t piece_size) {
    SseScanner scanner;
    Outcome outcome;
    for (std::size_t i = 0; i < stream.size(); i += piece_size) {
        const std::string piece(stream.substr(i, piece_size));
        scanner.feed(piece);
        SseEvent event;
        while (scanner.next(event)) {
            std::string text = std::string(event.type) + '\0' + std::string(event.data) + '\0';
            text += std::string(event.tail) + (event.has_data ? 'd' : '-');
            outcome.events.push_back(text + (event.oversize ? 'o' : '-'));
        }
        outcome.forwarded += scanner.fed().held;
        outcome.forwarded += std::string_view(piece).substr(0, scanner.fed().forward);
        if (outcome.forwarded.size() + scanner.held_bytes() != i + piece.size()) { std::abort(); }
        if (scanner.held_bytes() > SseScanner::held_max) { std::abort(); }
    }
    outcome.held = scanner.held_bytes();
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) { return 0; }
    const std::size_t piece_size = 1 + data[0] % 64;
    const std::string_view stream(reinterpret_cast<const char*>(data + 1), size - 1);
    const Outcome whole = run(stream, stream.size());
    if (run(stream, piece_size) != whole) { std::abort(); }
    constexpr std::size_t bytewise_max = 4096;  // the rest of the time goes into more inputs
    if (stream.size() <= bytewise_max && run(stream, 1) != whole) { std::abort(); }
    if (!stream.starts_with(whole.forwarded)) { std::abort(); }
    return 0;
}
