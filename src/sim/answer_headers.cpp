#include "sim/answer_headers.hpp"

#include <chrono>
#include <map>

namespace spillway_sim {

namespace {

std::string reset_text(Kind kind, Duration reset) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(reset);
    if (kind == Kind::openai) { return go_duration(ms.count()); }
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(reset).count());
}

}  // namespace

void add_rate_limits(Headers& headers, Kind kind, const Meter& meter, TimePoint now) {
    const Meter::Reading reading = meter.read(now);
    if (reading.remaining_requests >= 0) {
        headers.emplace_back("x-ratelimit-limit-requests", std::to_string(meter.limits().requests));
        headers.emplace_back("x-ratelimit-remaining-requests",
                             std::to_string(reading.remaining_requests));
        headers.emplace_back("x-ratelimit-reset-requests",
                             reset_text(kind, reading.requests_reset));
    }
    if (reading.remaining_tokens >= 0) {
        headers.emplace_back("x-ratelimit-limit-tokens", std::to_string(meter.limits().tokens));
        headers.emplace_back("x-ratelimit-remaining-tokens",
                             std::to_string(reading.remaining_tokens));
        headers.emplace_back("x-ratelimit-reset-tokens", reset_text(kind, reading.tokens_reset));
    }
}

void add_identity(Headers& headers, const ResourceOptions& resource, const std::string& id) {
    headers.emplace_back("x-request-id", id);
    headers.emplace_back("strict-transport-security",
                         "max-age=31536000; includeSubDomains; preload");
    headers.emplace_back("x-content-type-options", "nosniff");
    if (resource.kind == Kind::azure) {
        headers.emplace_back("apim-request-id", id);
        headers.emplace_back("x-ms-client-request-id", id);
        headers.emplace_back("x-ms-region", region_title(resource.region));
        headers.emplace_back("azureml-model-session", "d000-sim");
        headers.emplace_back("x-accel-buffering", "no");
        headers.emplace_back("cache-control", "no-cache, must-revalidate");
    } else {
        headers.emplace_back("openai-organization", "org-sim");
        headers.emplace_back("openai-version", "2020-10-01");
        headers.emplace_back("openai-processing-ms", "5");
    }
    headers.emplace_back("x-sim-resource", resource.name);
}

std::string region_title(const std::string& region) {
    static const std::map<std::string, std::string> titles{{"eastus", "East US"},
                                                           {"eastus2", "East US 2"},
                                                           {"westus", "West US"},
                                                           {"westus3", "West US 3"},
                                                           {"northcentralus", "North Central US"},
                                                           {"swedencentral", "Sweden Central"},
                                                           {"westeurope", "West Europe"},
                                                           {"francecentral", "France Central"}};
    const auto found = titles.find(region);
    return found == titles.end() ? region : found->second;
}

std::string go_duration(std::int64_t milliseconds) {
    if (milliseconds < 1000) { return std::to_string(milliseconds) + "ms"; }
    const std::int64_t minutes = milliseconds / 60'000;
    const std::int64_t rest = milliseconds % 60'000;
    std::string seconds = std::to_string(rest / 1000);
    if (rest % 1000 != 0) {
        std::string fraction = std::to_string(rest % 1000 + 1000).substr(1);
        fraction.erase(fraction.find_last_not_of('0') + 1);
        seconds += '.' + fraction;
    }
    return (minutes > 0 ? std::to_string(minutes) + 'm' : "") + seconds + 's';
}

}  // namespace spillway_sim
