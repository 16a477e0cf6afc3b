// The routes of imported deployments: one per model, provisioned throughput before pay-as-you-go,
// and of that what is processed nearest first.
#pragma once

#include "tools/azure_inventory.hpp"
#include "tools/azure_sku.hpp"
#include "tools/table_draft.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// A deployment that is imported.
struct AzureMember {
    const AzureDeployment* deployment;
    const AzureSku* sku;
    std::string name;            ///< in the table
    std::string_view geography;  ///< of its resource; empty when not known
};

struct AzureModel {
    std::string name;
    std::vector<AzureMember> members;
};

/// Adds to `leftovers` the names that cannot become aliases.
[[nodiscard]] std::vector<DraftEntry> azure_routes(const std::vector<AzureModel>& models,
                                                   std::vector<Leftover>& leftovers);

}  // namespace spillway
