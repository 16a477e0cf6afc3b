#include "tools/azure_sku.hpp"

#include <algorithm>
#include <array>

namespace spillway {

namespace {

using Payment = AzureSku::Payment;
using Reach = AzureSku::Reach;

constexpr std::string_view in_region = "processed in the resource's region";
constexpr std::string_view in_zone = "processed in any region of its data zone (US or EU)";
constexpr std::string_view anywhere = "processed in any Azure region";
constexpr std::string_view batch = "batch types take files of requests, not live ones";
constexpr std::string_view developer = "the developer type lives for 24 hours and promises nothing";

// In the order in which pay-as-you-go types are tried: those that stay nearest first.
constexpr std::array<AzureSku, 11> skus = {{
    {"ProvisionedManaged", Payment::provisioned, Reach::region, in_region},
    {"DataZoneProvisionedManaged", Payment::provisioned, Reach::zone, in_zone},
    {"GlobalProvisionedManaged", Payment::provisioned, Reach::world, anywhere},
    {"Standard", Payment::per_token, Reach::region, in_region},
    {"DataZoneStandard", Payment::per_token, Reach::zone, in_zone},
    {"GlobalStandard", Payment::per_token, Reach::world, anywhere},
    {"Batch", Payment::not_live, Reach::region, batch},
    {"DataZoneBatch", Payment::not_live, Reach::zone, batch},
    {"GlobalBatch", Payment::not_live, Reach::world, batch},
    {"DeveloperTier", Payment::not_live, Reach::world, developer},
    {"Developer", Payment::not_live, Reach::world, developer},
}};

}  // namespace

const AzureSku* find_azure_sku(std::string_view name) {
    const auto* const found = std::ranges::find(skus, name, &AzureSku::name);
    return found == skus.end() ? nullptr : found;
}

std::string_view processed_in(const AzureSku& sku, std::string_view geography) {
    const bool has_zone = geography == "us" || geography == "eu";
    if (sku.reach == Reach::world || (sku.reach == Reach::zone && !has_zone)) { return {}; }
    return geography;
}

}  // namespace spillway
