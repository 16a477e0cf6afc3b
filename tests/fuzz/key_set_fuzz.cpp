// Whatever an issuer publishes is a bounded number of usable keys, or nothing; and none of them
// verifies a signature that nobody made.
#include "identity/key_set.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace spillway;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto set = KeySet::parse(text);
    if (!set) { return 0; }
    const bool bounded = set->size() > 0 && set->size() <= KeySet::keys_max;
    const std::string signature(64, '\1');
    const bool verified = set->verifies({TokenAlgorithm::es256, "k"}, text, signature) ||
                          set->verifies({TokenAlgorithm::rs256, "k"}, text, signature);
    if (!bounded || verified || !(*set == *set)) { std::abort(); }
    return 0;
}
