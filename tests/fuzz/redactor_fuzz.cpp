// The input is a body. Whatever it is: bounds are kept, what has nothing to hide keeps its bytes,
// and a second look finds nothing that the first one let through.
#include "audit/redactor.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using spillway::KeptBody;
using spillway::Redactor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Redactor rules({"email", "card", "iban", "api_key", "bearer", "key:password"});
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    for (const std::size_t bytes : {std::size_t{0}, std::size_t{7}, size / 2, size}) {
        if (rules.keep(text, bytes).text.size() > bytes) { std::abort(); }
    }
    const KeptBody whole = rules.keep(text, size * 16 + 64);
    if (whole.cut) { std::abort(); }
    if (whole.redacted == 0 && whole.text != text) { std::abort(); }
    const KeptBody again = rules.keep(whole.text, whole.text.size() * 16 + 64);
    if (again.redacted != 0 && whole.redacted == 0) { std::abort(); }
    return 0;
}
