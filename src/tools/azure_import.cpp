#include "tools/azure_import.hpp"

#include "config/amount.hpp"
#include "config/checks.hpp"
#include "config/endpoint.hpp"
#include "tools/azure_geography.hpp"
#include "tools/azure_routes.hpp"
#include "tools/azure_sku.hpp"
#include "tools/draft_names.hpp"
#include "tools/table_text.hpp"

#include <algorithm>
#include <utility>

namespace spillway {

namespace {

constexpr double tokens_per_unit = 1000;  // sku.capacity of pay-as-you-go types

/// An account that can be a resource of the table.
struct Resource {
    const AzureAccount* account;
    std::string name;
    std::string region;
    std::string_view geography;
    Endpoint endpoint;
    bool is_used = false;
};

std::string whole(double number) {
    return std::to_string(static_cast<std::int64_t>(std::clamp(number, 0.0, 1e15)));
}

Setting limit_setting(std::string key, const AzureRate& rate, std::string note) {
    return {std::move(key), format_amount(rate.per_minute(), Unit::count), std::move(note), {}};
}

std::string words(const AzureRate& rate) {
    return "Azure counts " + whole(rate.count) + " per " + whole(rate.seconds) + " s";
}

Setting tokens_setting(const AzureDeployment& deployment, const AzureSku& sku) {
    const std::string units = whole(deployment.capacity.value_or(0));
    if (sku.payment == AzureSku::Payment::provisioned) {
        return note_setting("no tpm: " + units +
                            " provisioned throughput units, which are not "
                            "counted in tokens per minute");
    }
    if (deployment.tokens) {
        return limit_setting("tpm", *deployment.tokens, words(*deployment.tokens));
    }
    if (deployment.capacity && deployment.model_format == "OpenAI") {
        return limit_setting("tpm", {*deployment.capacity * tokens_per_unit, 60},
                             "assumed: capacity " + units + ", in units of 1K tokens per minute");
    }
    return note_setting("no tpm: the input has no limit of tokens");
}

Setting requests_setting(const AzureDeployment& deployment) {
    if (!deployment.requests) { return note_setting("no rpm: the input has no limit of requests"); }
    return limit_setting("rpm", *deployment.requests, words(*deployment.requests));
}

DraftEntry deployment_entry(const AzureMember& member, const Resource& resource) {
    const AzureDeployment& deployment = *member.deployment;
    DraftEntry entry{member.name,
                     deployment.model + " " + deployment.model_version + ", " + deployment.sku +
                         ": " + std::string(member.sku->words),
                     {}};
    entry.settings = {{"resource", yaml_text(resource.name), {}, {}},
                      {"name", yaml_text(deployment.name), {}, {}},
                      tokens_setting(deployment, *member.sku),
                      requests_setting(deployment)};
    if (!deployment.spillover.empty()) {
        entry.settings.push_back(note_setting("Azure itself spills over to `" +
                                              deployment.spillover + "`"));
    }
    return entry;
}

DraftEntry credential_entry(const Resource& resource, const std::string& variable) {
    const AzureAccount& account = *resource.account;
    std::string note = "az cognitiveservices account keys list --name " + account.name +
                       " --resource-group " + account.group;
    if (account.refuses_keys) {
        note = "the account refuses keys (disableLocalAuth): it needs an identity";
    }
    return {resource.name, {}, {{"api_key", "{env: " + variable + "}", std::move(note), {}}}};
}

DraftEntry resource_entry(const Resource& resource) {
    DraftEntry entry{resource.name, {}, {}};
    if (resource.account->is_private) {
        entry.note = "no public access: reached through its private endpoint only";
    }
    entry.settings.push_back(resource.account->kind == "OpenAI"
                                 ? Setting{"kind", "azure", "account of kind OpenAI", {}}
                                 : Setting{"kind", "azure_v1", "account of kind AIServices", {}});
    entry.settings.push_back({"endpoint",
                              yaml_text(endpoint_url(resource.endpoint, {})),
                              resource.endpoint.path.empty() ? "" : "without its path",
                              {}});
    if (is_name(resource.region, NameRule::plain)) {
        entry.settings.push_back({"region", yaml_text(resource.region), {}, {}});
    }
    entry.settings.push_back(
        resource.geography.empty()
            ? note_setting("no geography: this location is not known here; a route with a "
                           "residency needs it")
            : Setting{"geography", yaml_text(resource.geography), "assumed from the location", {}});
    entry.settings.push_back({"credential", yaml_text(resource.name), {}, {}});
    return entry;
}

class Import {
public:
    TableDraft run(const AzureInventory& inventory) {
        resources_.reserve(inventory.accounts.size());
        for (const AzureAccount& account : inventory.accounts) { add(account); }
        for (const AzureDeployment& deployment : inventory.deployments) { add(deployment); }
        for (const Resource& resource : resources_) { write(resource); }
        TableDraft& draft = draft_;
        draft.origin = "`spillway import azure` (accounts: " +
                       std::to_string(inventory.accounts.size()) +
                       ", deployments: " + std::to_string(inventory.deployments.size()) + ")";
        draft.listen = "127.0.0.1:8080";
        std::vector<DraftEntry> routes = azure_routes(models_, draft.leftovers);
        draft.sections = {{"credentials", std::move(credentials_), {}},
                          {"resources", std::move(entries_), {}},
                          {"deployments", std::move(deployments_), {}},
                          {"routes", std::move(routes), {}}};
        return std::move(draft_);
    }

private:
    void leave_out(std::string where, std::string why) {
        draft_.leftovers.push_back({0, 0, std::move(where), std::move(why)});
    }

    void add(const AzureAccount& account) {
        if (account.kind != "OpenAI" && account.kind != "AIServices") {
            leave_out(account.name,
                      "accounts of kind " + account.kind + " have no models to serve");
            return;
        }
        auto endpoint = parse_endpoint(account.endpoint);
        if (!endpoint) {
            leave_out(account.name, "its endpoint " + endpoint.error().message);
            return;
        }
        const std::string region = azure_region(account.location);
        resources_.push_back({&account, resource_names_.take(account.name), region,
                              azure_geography(region), std::move(*endpoint)});
    }

    void add(const AzureDeployment& deployment) {
        const std::string where = deployment.account + "/" + deployment.name;
        const auto resource = std::ranges::find_if(resources_, [&](const Resource& each) {
            return each.account->id == deployment.account_id;
        });
        const AzureSku* const sku = find_azure_sku(deployment.sku);
        if (resource == resources_.end()) {
            leave_out(where, "its account is not in the input, or is left out itself");
        } else if (deployment.state != "Succeeded") {
            leave_out(where, "is not ready: its state is `" + deployment.state + "`");
        } else if (sku == nullptr) {
            leave_out(where, "its type `" + deployment.sku +
                                 "` is not known here; if it takes live requests, add it by hand");
        } else if (sku->payment == AzureSku::Payment::not_live) {
            leave_out(where, deployment.sku + ": " + std::string(sku->words));
        } else {
            admit(deployment, *sku, *resource);
        }
    }

    void admit(const AzureDeployment& deployment, const AzureSku& sku, Resource& resource) {
        auto model = std::ranges::find(models_, deployment.model, &AzureModel::name);
        if (model == models_.end()) {
            model = models_.insert(model, AzureModel{deployment.model, {}});
        }
        if (model->members.size() >= deployments_per_route_max) {
            leave_out(deployment.account + "/" + deployment.name,
                      "a route has at most " + std::to_string(deployments_per_route_max) +
                          " deployments; give some of this model a route of their own");
            return;
        }
        resource.is_used = true;
        model->members.push_back({&deployment, &sku,
                                  deployment_names_.take(resource.name + "." + deployment.name),
                                  resource.geography});
        deployments_.push_back(deployment_entry(model->members.back(), resource));
    }

    void write(const Resource& resource) {
        if (!resource.is_used) {
            leave_out(resource.account->name, "none of its deployments is in this table");
            return;
        }
        const std::string variable = variable_names_.take(variable_name("AZURE_OPENAI_KEY_",
                                                                        resource.account->name));
        credentials_.push_back(credential_entry(resource, variable));
        entries_.push_back(resource_entry(resource));
    }

    TableDraft draft_;
    std::vector<Resource> resources_;
    std::vector<AzureModel> models_;
    DraftNames resource_names_{NameRule::plain};
    DraftNames deployment_names_{NameRule::plain};
    DraftNames variable_names_{NameRule::plain, '_'};
    std::vector<DraftEntry> credentials_;
    std::vector<DraftEntry> entries_;
    std::vector<DraftEntry> deployments_;
};

}  // namespace

TableDraft import_azure(const AzureInventory& inventory) { return Import().run(inventory); }

}  // namespace spillway
