// A whole stream through scanner, dialect and error reader, as any upstream may send it. Whatever
// came before, an error event of ours is understood by our own reader. The first byte chooses the
// operation.

#include "wire/dialect.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace spillway;

void check_error(const UpstreamError& error) {
    if (error.status < 400 || error.status > 599) { std::abort(); }
    if (error.message.size() > UpstreamError::text_max) { std::abort(); }
    if (error.code.size() > UpstreamError::text_max) { std::abort(); }
}

void check_own_event(const Dialect& dialect, Operation operation, std::string_view message) {
    const std::string frame = dialect.error_event("code", message);
    SseScanner scanner;
    SseEvent event;
    Dialect reader(operation);
    scanner.feed(frame);
    if (!scanner.next(event) || reader.on_event(event) != EventKind::error) { std::abort(); }
    if (reader.ended() || scanner.next(event) || scanner.held_bytes() != 0) { std::abort(); }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) { return 0; }
    const auto operation = static_cast<Operation>(data[0] % 4);
    const std::string_view stream(reinterpret_cast<const char*>(data + 1), size - 1);
    SseScanner scanner;
    SseEvent event;
    Dialect dialect(operation);
    scanner.feed(stream);
    while (scanner.next(event)) {
        const EventKind kind = dialect.on_event(event);
        if ((kind == EventKind::silence) !=
            (!event.has_data || (event.data.empty() && !event.oversize))) {
            std::abort();
        }
        if (kind == EventKind::error && !dialect.failed()) { std::abort(); }
        check_error(error_of_event(event));
    }
    check_error(error_of_body(500, stream));
    check_own_event(dialect, operation, stream);
    return 0;
}
