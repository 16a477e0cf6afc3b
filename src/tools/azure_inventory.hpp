// What `az cognitiveservices account list` and `... account deployment list` have printed, as
// values. Which of the two a document is, its objects say themselves (`type`).
#pragma once

#include "config/issues.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// Bounds on what is read; an account takes about 30 KB with all its rules.
inline constexpr std::size_t azure_bytes_max = std::size_t{32} * 1024 * 1024;
inline constexpr std::size_t azure_objects_max = 1000;  ///< accounts and deployments together

struct AzureAccount {
    std::string id;  ///< in lower case: az does not always write it in the same way
    std::string name;
    std::string group;
    std::string kind;  ///< OpenAI, AIServices, or a service without models
    std::string location;
    std::string endpoint;
    bool refuses_keys = false;  ///< disableLocalAuth
    bool is_private = false;    ///< publicNetworkAccess: Disabled
};

/// `count` per `seconds`; none of them is 0.
struct AzureRate {
    double count = 0;
    double seconds = 0;

    /// Rounded down, at least 1.
    [[nodiscard]] std::int64_t per_minute() const;
};

struct AzureDeployment {
    std::string account_id;  ///< in lower case
    std::string account;
    std::string name;
    std::string sku;
    std::optional<double> capacity;
    std::string model;
    std::string model_version;
    std::string model_format;  ///< OpenAI, or who made the model
    std::string state;         ///< Succeeded when it can be used
    std::string spillover;     ///< name of the deployment Azure itself sends to
    std::optional<AzureRate> requests;
    std::optional<AzureRate> tokens;
};

struct AzureInventory {
    std::vector<AzureAccount> accounts;
    std::vector<AzureDeployment> deployments;
};

/// Adds what is in the document; objects that are there already stay as they are.
void read_azure(std::string_view json, AzureInventory& inventory, Issues& issues);

}  // namespace spillway
