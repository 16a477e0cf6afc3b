// Whatever files az is said to have written, importing them ends with errors or with a table that
// the loader accepts.
#include "config/issues.hpp"
#include "imported_table.hpp"
#include "tools/azure_import.hpp"
#include "tools/azure_inventory.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace spillway;
    AzureInventory inventory;
    Issues issues;
    read_azure({reinterpret_cast<const char*>(data), size}, inventory, issues);
    require_loadable(import_azure(inventory));
    return 0;
}
