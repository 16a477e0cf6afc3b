// Whatever stands in a request's head, nobody is let in who has not shown the one key or the one
// certificate of the table; and whoever shows the key among other things is let in or refused, but
// never taken for somebody else.
#include "identity/identifier.hpp"
#include "one_caller.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace spillway;

void require(bool condition) {
    if (!condition) { std::abort(); }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto directory = one_caller();
    static Identifier identifier;
    const std::string fields(reinterpret_cast<const char*>(data), size);
    const std::string text = "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n" + fields;
    RequestHead head;
    HeadScanner scanner{HeadLimits{}};
    if (scanner.request(text, head) != HeadState::complete) { return 0; }

    const auto credentials = CallerCredentials::of(head, directory->key_header());
    const auto answer = identifier.identify(directory, {credentials, {}, WallTime{}});
    const bool shown = text.find(only_key) != std::string::npos;
    if (const auto* const identity = std::get_if<Identity>(&answer)) {
        require(shown && identity->proof == Proof::key && identity->caller->name() == "one");
    }
    const bool nothing = credentials.all().empty();
    const auto by_certificate = identifier.identify(directory, {credentials, "CN=one", WallTime{}});
    require(!nothing || std::holds_alternative<Identity>(by_certificate));
    require(nothing || shown || std::holds_alternative<Denial>(by_certificate));
    return 0;
}
