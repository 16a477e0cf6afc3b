#include "tools/litellm_resources.hpp"

#include "config/amount.hpp"
#include "config/fields.hpp"
#include "tools/table_text.hpp"

#include <cstdint>
#include <optional>

namespace spillway {

namespace {

constexpr std::int64_t limit_max = 1'000'000'000;
constexpr std::int64_t weight_max = 1000;

std::string as_yaml(const LitellmText& text) {
    return text.is_variable ? yaml_variable(text.text) : yaml_text(text.text);
}

Setting limit(const std::string& key, std::optional<std::int64_t> value) {
    if (!value) { return note_setting("no " + key + " in the input: no limit"); }
    if (*value < 1 || *value > limit_max) {
        return note_setting("no " + key + ": that of the input is no limit a table can have");
    }
    return {key, format_amount(*value, Unit::count), {}, {}};
}

bool is_weight(std::optional<std::int64_t> weight) {
    return weight && *weight >= 1 && *weight <= weight_max;
}

bool has_same_limits(const LitellmModel& one, const LitellmModel& other) {
    return one.tpm == other.tpm && one.rpm == other.rpm && one.weight == other.weight;
}

}  // namespace

std::string LitellmResources::credential_for(const LitellmUpstream& upstream,
                                             const std::string& resource) {
    const LitellmText& key = upstream.api_key;
    auto& name = credentials_by_key_[{key.is_variable, key.text}];
    if (!name.empty()) { return name; }
    std::string variable = key.text;
    std::string note = upstream.key_note;
    if (!key.is_variable) {
        variable = variable_names_.take(variable_name("SPILLWAY_KEY_", resource));
        note = "the key stood in the input itself: put it into this variable";
    }
    name = credential_names_.take(name_after_variable(variable));
    credentials_.push_back({name, {}, {{"api_key", "{env: " + variable + "}", note, {}}}});
    return name;
}

std::string LitellmResources::resource_for(const LitellmUpstream& upstream) {
    const std::string& kind = resource_kinds()[static_cast<std::size_t>(upstream.kind)];
    // The key comes last: nothing else can contain a line break.
    const std::string identity = kind + "\n" + upstream.endpoint + "\n" +
                                 as_yaml(upstream.api_version) + "\n" +
                                 (upstream.api_key.is_variable ? "env " : "key ") +
                                 upstream.api_key.text;
    auto& name = resources_by_identity_[identity];
    if (!name.empty()) { return name; }
    name = resource_names_.take(upstream.wanted_name);
    DraftEntry entry{name,
                     {},
                     {{"kind", kind, upstream.kind_note, {}},
                      {"endpoint", upstream.endpoint, upstream.endpoint_note, {}}}};
    if (upstream.api_version.is_given()) {
        entry.settings.push_back({"api_version", as_yaml(upstream.api_version), {}, {}});
    } else if (upstream.kind == ResourceKind::azure) {
        entry.settings.push_back(note_setting("no api_version in the input: the default"));
    }
    if (upstream.api_key.is_given()) {
        entry.settings.push_back({"credential", yaml_text(credential_for(upstream, name)), {}, {}});
    }
    entry.settings
        .push_back(note_setting("no region and no geography in the input; a route with "
                                "a residency needs the latter"));
    resources_.push_back(std::move(entry));
    return name;
}

std::string LitellmResources::deployment_for(const LitellmModel& model,
                                             const LitellmUpstream& upstream,
                                             std::vector<Leftover>& leftovers) {
    const std::string resource = resource_for(upstream);
    const auto [known,
                is_new] = deployments_by_identity_.try_emplace({resource, upstream.deployment},
                                                               deployments_.size());
    if (!is_new) {
        const DraftEntry& entry = deployments_[known->second];
        if (!has_same_limits(model, first_models_[known->second])) {
            leftovers.push_back(left_over(model.place, "is the deployment " + entry.name +
                                                           " again, which has the limits "
                                                           "and the weight of its first mention"));
        }
        return entry.name;
    }
    DraftEntry entry{deployment_names_.take(resource + "." + upstream.deployment), {}, {}};
    entry.settings = {{"resource", yaml_text(resource), {}, {}},
                      {"name", yaml_text(upstream.deployment), {}, {}},
                      limit("tpm", model.tpm),
                      limit("rpm", model.rpm)};
    if (is_weight(model.weight)) {
        entry.settings.push_back({"weight", std::to_string(*model.weight), {}, {}});
    } else if (model.weight) {
        leftovers.push_back(left_over(model.place,
                                      "its weight is not between 1 and 1000; give "
                                      "all of the group others in proportion"));
    }
    first_models_.push_back(model);
    deployments_.push_back(std::move(entry));
    return deployments_.back().name;
}

std::vector<DraftSection> LitellmResources::sections() && {
    return {{"credentials", std::move(credentials_), {}},
            {"resources", std::move(resources_), {}},
            {"deployments", std::move(deployments_), {}}};
}

}  // namespace spillway
