// Whatever is shown as a token is refused, or says something of bounded size; nobody is let in with
// it, because nothing here was signed. The parts are also read apart, as if they had been signed.
#include "identity/token_check.hpp"
#include "identity/token_text.hpp"
#include "one_caller.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace spillway;

void require(bool condition) {
    if (!condition) { std::abort(); }
}

void read_parts(const TokenText& parts) {
    if (const auto header = read_token_header(parts.header)) {
        require(!header->key_id.empty() && header->key_id.size() <= key_id_bytes_max);
    }
    const auto claims = read_token_claims(parts.claims);
    if (!claims) { return; }
    require(claims->expires >= 0 && claims->issuer.size() <= 512 && claims->who().size() <= 512);
    require(claims->roles.size() <= 256 && claims->groups.size() <= 256);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto directory = one_caller();
    static Sha256 sha;
    static TokenCheck check;
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    require(std::holds_alternative<Denial>(check.check(directory, text, WallTime{}, sha)));
    if (const auto parts = split_token(text)) { read_parts(*parts); }
    return 0;
}
