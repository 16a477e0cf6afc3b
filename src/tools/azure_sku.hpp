// Azure's deployment types: how each is paid for and where it processes requests
// (azure-protocol.md §11).
#pragma once

#include <cstdint>
#include <string_view>

namespace spillway {

struct AzureSku {
    enum class Payment : std::uint8_t {
        provisioned,  ///< throughput units by the hour; no tokens per minute
        per_token,
        not_live,  ///< nothing that live requests can be sent to, or rely on
    };
    enum class Reach : std::uint8_t { region, zone, world };

    std::string_view name;
    Payment payment = Payment::per_token;
    Reach reach = Reach::region;
    std::string_view words;  ///< where it processes; of those that are not live, why
};

/// Null when there is no such type, or none we have heard of.
[[nodiscard]] const AzureSku* find_azure_sku(std::string_view name);

/// The geography that requests stay in, when the resource is in `geography`; empty for none.
[[nodiscard]] std::string_view processed_in(const AzureSku& sku, std::string_view geography);

}  // namespace spillway
