#include "tools/azure_inventory.hpp"

#include "config/text_position.hpp"
#include "tools/bounded_json.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>

namespace spillway {

namespace {

using Json = nlohmann::ordered_json;

constexpr int depth_max = 32;                     // az writes about 8
constexpr std::size_t name_bytes_max = 128;       // Azure's names have 64
constexpr double per_minute_max = 1'000'000'000;  // the largest limit a routing table takes

std::string lower(std::string_view text) {
    std::string small(text);
    for (char& c : small) { c = static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
    return small;
}

/// What stands below `keys`; null when that is not there.
const Json& below(const Json& object, std::initializer_list<const char*> keys) {
    static const Json nothing;
    const Json* value = &object;
    for (const char* const key : keys) {
        if (!value->is_object()) { return nothing; }
        const auto found = value->find(key);
        if (found == value->end()) { return nothing; }
        value = &*found;
    }
    return *value;
}

std::string text(const Json& object, std::initializer_list<const char*> keys) {
    const Json& value = below(object, keys);
    return value.is_string() ? value.get<std::string>() : std::string();
}

/// The segment of a resource id that follows `/word/`; az writes words in either case.
std::string id_segment(std::string_view id, std::string_view word) {
    const std::string small = lower(id);
    const std::string marker = "/" + std::string(word) + "/";
    const std::size_t at = small.find(marker);
    if (at == std::string::npos) { return {}; }
    const std::string_view rest = id.substr(at + marker.size());
    return std::string(rest.substr(0, rest.find('/')));
}

/// AI services list the endpoint for OpenAI's operations beside their general one.
std::string endpoint_of(const Json& account) {
    const Json& endpoints = below(account, {"properties", "endpoints"});
    if (endpoints.is_object()) {
        for (const auto& [name, url] : endpoints.items()) {
            if (name.find("OpenAI") != std::string::npos && url.is_string()) {
                return url.get<std::string>();
            }
        }
    }
    return text(account, {"properties", "endpoint"});
}

/// The tightest of the limits that have this key.
std::optional<AzureRate> rate_of(const Json& deployment, std::string_view key) {
    const Json& limits = below(deployment, {"properties", "rateLimits"});
    std::optional<AzureRate> tightest;
    if (!limits.is_array()) { return tightest; }
    for (const Json& limit : limits) {
        const Json& count = below(limit, {"count"});
        const Json& period = below(limit, {"renewalPeriod"});
        if (text(limit, {"key"}) != key || !count.is_number() || !period.is_number()) { continue; }
        const AzureRate rate{count.get<double>(), period.get<double>()};
        if (!(rate.count > 0) || !(rate.seconds > 0)) { continue; }
        if (!tightest || rate.per_minute() < tightest->per_minute()) { tightest = rate; }
    }
    return tightest;
}

AzureAccount account_from(const Json& object) {
    AzureAccount account;
    const std::string id = text(object, {"id"});
    account.id = lower(id);
    account.name = text(object, {"name"});
    account.group = id_segment(id, "resourcegroups");
    account.kind = text(object, {"kind"});
    account.location = text(object, {"location"});
    account.endpoint = endpoint_of(object);
    const Json& no_keys = below(object, {"properties", "disableLocalAuth"});
    account.refuses_keys = no_keys.is_boolean() && no_keys.get<bool>();
    account.is_private = text(object, {"properties", "publicNetworkAccess"}) == "Disabled";
    return account;
}

AzureDeployment deployment_from(const Json& object) {
    AzureDeployment deployment;
    const std::string id = text(object, {"id"});
    deployment.account_id = lower(id).substr(0, lower(id).find("/deployments/"));
    deployment.account = id_segment(id, "accounts");
    deployment.name = text(object, {"name"});
    deployment.sku = text(object, {"sku", "name"});
    const Json& capacity = below(object, {"sku", "capacity"});
    if (capacity.is_number() && capacity.get<double>() > 0) {
        deployment.capacity = capacity.get<double>();
    }
    deployment.model = text(object, {"properties", "model", "name"});
    deployment.model_version = text(object, {"properties", "model", "version"});
    deployment.model_format = text(object, {"properties", "model", "format"});
    deployment.state = text(object, {"properties", "provisioningState"});
    deployment.spillover = text(object, {"properties", "spilloverDeploymentName"});
    deployment.requests = rate_of(object, "request");
    deployment.tokens = rate_of(object, "token");
    return deployment;
}

/// Reads the objects of one document.
class Reading {
public:
    Reading(AzureInventory& inventory, Issues& issues) : inventory_(inventory), issues_(issues) {}

    void object(const Json& object, const std::string& path) {
        if (inventory_.accounts.size() + inventory_.deployments.size() >= azure_objects_max) {
            if (!full_) {
                error(path, "more than " + std::to_string(azure_objects_max) +
                                " accounts and deployments");
            }
            full_ = true;
            return;
        }
        const std::string type = lower(text(object, {"type"}));
        if (type == "microsoft.cognitiveservices/accounts") {
            add(account_from(object), path);
        } else if (type == "microsoft.cognitiveservices/accounts/deployments") {
            add(deployment_from(object), path);
        } else {
            error(path, "is neither an account nor a deployment of one",
                  "give what `az cognitiveservices account list` and `az cognitiveservices "
                  "account deployment list` print, without --query");
        }
    }

private:
    void add(AzureAccount account, const std::string& path) {
        if (account.id.empty() || account.name.empty()) {
            error(path, "an account without `id` or `name`");
            return;
        }
        const bool is_new = std::ranges::find(inventory_.accounts, account.id, &AzureAccount::id) ==
                            inventory_.accounts.end();
        if (is_new) { inventory_.accounts.push_back(std::move(account)); }
    }

    void add(AzureDeployment deployment, const std::string& path) {
        if (deployment.account.empty() || deployment.name.empty() || deployment.model.empty()) {
            error(path, "a deployment without `id`, `name` or `properties.model.name`");
            return;
        }
        if (deployment.name.size() > name_bytes_max) {
            error(path, "its `name` is longer than Azure lets any be");
            return;
        }
        const bool is_known = std::ranges::any_of(inventory_.deployments,
                                                  [&deployment](const AzureDeployment& other) {
                                                      return other.account_id ==
                                                                 deployment.account_id &&
                                                             other.name == deployment.name;
                                                  });
        if (!is_known) { inventory_.deployments.push_back(std::move(deployment)); }
    }

    void error(const std::string& path, std::string message, std::string suggestion = {}) {
        issues_.error({0, 0, path}, std::move(message), std::move(suggestion));
    }

    AzureInventory& inventory_;
    Issues& issues_;
    bool full_ = false;
};

void report(const JsonFault& fault, std::string_view json, Issues& issues) {
    if (json.starts_with("\xFF\xFE") || json.starts_with("\xFE\xFF")) {
        issues.error({}, "is UTF-16, as `>` of Windows PowerShell writes it", "save it as UTF-8");
        return;
    }
    if (fault.kind == JsonFault::Kind::too_deep) {
        issues.error({}, "nested deeper than " + std::to_string(depth_max) + " levels");
        return;
    }
    const TextPosition position(json);
    const std::size_t line = position.line_of(fault.offset);
    issues.error({line, position.column(line, fault.offset - position.start(line)), {}},
                 "not valid JSON", "give the output of az with `--output json`");
}

}  // namespace

std::int64_t AzureRate::per_minute() const {
    return static_cast<std::int64_t>(std::clamp(count * 60 / seconds, 1.0, per_minute_max));
}

void read_azure(std::string_view json, AzureInventory& inventory, Issues& issues) {
    if (json.size() > azure_bytes_max) {
        issues.error({}, "larger than " + std::to_string(azure_bytes_max) + " bytes");
        return;
    }
    const auto document = read_json(json, depth_max);
    if (!document) {
        report(document.error(), json, issues);
        return;
    }
    Reading reading(inventory, issues);
    if (!document->is_array()) {
        reading.object(*document, {});
        return;
    }
    for (std::size_t i = 0; i < document->size(); ++i) {
        reading.object((*document)[i], "[" + std::to_string(i) + "]");
    }
}

}  // namespace spillway
