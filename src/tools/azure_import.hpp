// From what Azure has to a routing table: a resource per account, a deployment per deployment, a
// route per model, provisioned throughput before pay-as-you-go.
#pragma once

#include "tools/azure_inventory.hpp"
#include "tools/table_draft.hpp"

namespace spillway {

/// A table without any route when nothing of the inventory can be served; its leftovers say why.
[[nodiscard]] TableDraft import_azure(const AzureInventory& inventory);

}  // namespace spillway
