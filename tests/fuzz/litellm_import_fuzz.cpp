// Whatever a LiteLLM configuration says, importing it ends with errors or with a table that the
// loader accepts.
#include "config/issues.hpp"
#include "imported_table.hpp"
#include "tools/litellm_config.hpp"
#include "tools/litellm_import.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace spillway;
    Issues issues;
    const auto config = read_litellm({reinterpret_cast<const char*>(data), size}, issues);
    if (config) { require_loadable(import_litellm(*config)); }
    return 0;
}
