#include "tools/azure_routes.hpp"

#include "tools/draft_names.hpp"
#include "tools/route_draft.hpp"
#include "tools/table_text.hpp"

#include <array>
#include <map>
#include <set>
#include <utility>

namespace spillway {

namespace {

using Payment = AzureSku::Payment;
using Reach = AzureSku::Reach;

int tier_of(const AzureSku& sku) {
    return sku.payment == Payment::provisioned ? 0 : 1 + static_cast<int>(sku.reach);
}

constexpr std::array<std::string_view, 4> tier_notes = {
    "provisioned throughput: paid for by the hour, so used first", "Standard", "DataZoneStandard",
    "GlobalStandard"};

std::vector<TierDraft> tiers_of(const AzureModel& model) {
    std::vector<TierDraft> tiers(tier_notes.size());
    for (std::size_t i = 0; i < tiers.size(); ++i) { tiers[i].note = tier_notes[i]; }
    for (const AzureMember& member : model.members) {
        tiers[static_cast<std::size_t>(tier_of(*member.sku))].deployments.push_back(member.name);
    }
    return tiers;
}

Setting residency_of(const AzureModel& model) {
    std::set<std::string_view> geographies;
    for (const AzureMember& member : model.members) {
        geographies.insert(processed_in(*member.sku, member.geography));
    }
    if (geographies.size() == 1 && !geographies.begin()->empty()) {
        return {"residency",
                yaml_text(*geographies.begin()),
                "assumed: all of its deployments are processed there",
                {}};
    }
    return note_setting(
        "no residency: its deployments are processed in several geographies, or "
        "in any");
}

std::string note_of(const AzureModel& model) {
    std::set<std::string> versions;
    for (const AzureMember& member : model.members) {
        versions.insert(member.deployment->model_version);
    }
    return versions.size() > 1 ? "several versions of the model: callers may get any of them" : "";
}

/// What callers may call a route besides its name: every name has to lead to one model.
class Aliases {
public:
    Aliases(const std::vector<AzureModel>& models, std::vector<Leftover>& leftovers)
        : leftovers_(leftovers) {
        for (const AzureModel& model : models) {
            for (const AzureMember& member : model.members) {
                models_called_[member.deployment->name].insert(model.name);
            }
        }
    }

    void reserve(const std::string& route) { taken_.insert(route); }

    void add_to(RouteDraft& route, const AzureModel& model) {
        for (const AzureMember& member : model.members) {
            const std::string& name = member.deployment->name;
            if (name == route.name || tried_.contains({route.name, name})) { continue; }
            tried_.insert({route.name, name});
            if (models_called_[name].size() > 1 || !is_name(name, NameRule::model) ||
                !taken_.insert(name).second) {
                leftovers_.push_back({0, 0, "the name " + name,
                                      "cannot be an alias of " + route.name +
                                          ": it stands for another model, too, or is no valid "
                                          "name; callers have to ask for " +
                                          route.name});
                continue;
            }
            route.aliases.push_back(name);
        }
    }

private:
    std::vector<Leftover>& leftovers_;
    std::map<std::string, std::set<std::string>> models_called_;
    std::set<std::string> taken_;
    std::set<std::pair<std::string, std::string>> tried_;
};

}  // namespace

std::vector<DraftEntry> azure_routes(const std::vector<AzureModel>& models,
                                     std::vector<Leftover>& leftovers) {
    DraftNames names(NameRule::model);
    Aliases aliases(models, leftovers);
    std::vector<RouteDraft> routes;
    for (const AzureModel& model : models) {
        RouteDraft& route = routes.emplace_back();
        route.name = names.take(model.name);
        aliases.reserve(route.name);
    }
    std::vector<DraftEntry> entries;
    for (std::size_t i = 0; i < models.size(); ++i) {
        RouteDraft& route = routes[i];
        route.note = note_of(models[i]);
        route.aliases_note = "the deployments' names, for callers that use them";
        aliases.add_to(route, models[i]);
        route.settings.push_back(residency_of(models[i]));
        route.tiers = tiers_of(models[i]);
        entries.push_back(route.entry());
    }
    return entries;
}

}  // namespace spillway
