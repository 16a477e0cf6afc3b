#include "tools/litellm_import.hpp"

#include "config/amount.hpp"
#include "config/checks.hpp"
#include "spillway/config.hpp"
#include "spillway/time.hpp"
#include "tools/draft_names.hpp"
#include "tools/litellm_resources.hpp"
#include "tools/litellm_upstream.hpp"
#include "tools/route_draft.hpp"
#include "tools/table_text.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

namespace spillway {

namespace {

constexpr std::int64_t attempts_max = 10;
constexpr std::int64_t failures_max = 255;

std::string duration_text(double seconds) {
    const auto milliseconds = static_cast<std::int64_t>(std::llround(seconds * 1000));
    return format_amount(std::chrono::nanoseconds(std::chrono::milliseconds(milliseconds)).count(),
                         Unit::duration);
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

/// One more than `wanted` as far as `most` allows, and what it comes from.
Setting one_more(std::int64_t wanted, std::int64_t most, const std::string& note) {
    const std::int64_t value = std::min(wanted, most - 1) + 1;
    return {
        {},
        std::to_string(value),
        note + (wanted < most ? "" : "; " + std::to_string(wanted) + " is more than there can be"),
        {}};
}

std::vector<Setting> default_settings(const LitellmRouter& router) {
    std::vector<Setting> settings;
    if (router.num_retries) {
        Setting attempts = one_more(*router.num_retries, attempts_max,
                                    "num_retries, and the first attempt");
        settings.push_back({"retries", "{attempts: " + attempts.yaml + "}", attempts.note, {}});
    }
    // No clock may be longer than the one for all of the request.
    const double total = router.timeout.value_or(seconds(Timeouts{}.total));
    std::string clocks;
    std::string note = "timeout is for one attempt in LiteLLM, total for all of them";
    if (router.stream_timeout) {
        clocks = "first_event: " + duration_text(std::min(*router.stream_timeout, total));
        note = "stream_timeout, no longer than total; " + note;
    }
    if (router.timeout) {
        clocks += (clocks.empty() ? "" : ", ") + ("total: " + duration_text(total));
    }
    if (!clocks.empty()) { settings.push_back({"timeouts", "{" + clocks + "}", note, {}}); }
    return settings;
}

std::vector<Setting> breaker_settings(const LitellmRouter& router) {
    std::vector<Setting> settings;
    if (router.allowed_fails) {
        settings.push_back(one_more(*router.allowed_fails, failures_max,
                                    "one more than allowed_fails; in a row, not in a minute"));
        settings.back().key = "consecutive_failures";
    }
    if (router.cooldown_time) {
        const std::string time = duration_text(*router.cooldown_time);
        settings.push_back({"open_base", time, "cooldown_time", {}});
        if (*router.cooldown_time > seconds(BreakerParams{}.open_max)) {
            settings.push_back({"open_max", time, "not shorter than open_base", {}});
        }
    }
    return settings;
}

/// A model_name with the deployments that serve it.
struct Group {
    std::string name;
    std::vector<std::pair<std::int64_t, std::string>> members;  ///< with their order

    [[nodiscard]] bool has(const std::string& deployment) const {
        return std::ranges::any_of(members, [&deployment](const auto& member) {
            return member.second == deployment;
        });
    }
};

/// Models without an order come after those that have one.
constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();

RouteDraft route_of(Group group) {
    RouteDraft route;
    route.name = group.name;
    std::ranges::stable_sort(group.members, {}, &std::pair<std::int64_t, std::string>::first);
    std::optional<std::int64_t> order;
    for (auto& [next, deployment] : group.members) {
        if (order != next) {
            route.tiers.push_back({{}, next == last ? "" : "order " + std::to_string(next)});
        }
        order = next;
        route.tiers.back().deployments.push_back(std::move(deployment));
    }
    return route;
}

class Import {
public:
    explicit Import(const LitellmConfig& config) : config_(config) {
        draft_.leftovers = config.leftovers;
    }

    TableDraft run() {
        for (const LitellmModel& model : config_.models) { add(model); }
        for (const Group& group : groups_) { routes_.push_back(route_of(group)); }
        const std::vector<RouteDraft> own = routes_;  // fallbacks are not followed further
        for (const LitellmFallback& fallback : config_.fallbacks) { add(fallback, own); }
        for (const LitellmAlias& alias : config_.aliases) { add(alias); }
        write();
        std::ranges::stable_sort(draft_.leftovers, [](const Leftover& a, const Leftover& b) {
            return std::tie(a.line, a.column) < std::tie(b.line, b.column);
        });
        return std::move(draft_);
    }

private:
    void leave_out(const YamlPlace& place, std::string why) {
        draft_.leftovers.push_back(left_over(place, std::move(why)));
    }

    void add(const LitellmModel& model) {
        if (!is_name(model.group, NameRule::model)) {
            leave_out(model.place,
                      "its model_name can be no route's (one with a `*`, perhaps); "
                      "name each model that callers ask for");
            return;
        }
        const auto upstream = litellm_upstream(model);
        if (!upstream) {
            leave_out(model.place, upstream.error());
            return;
        }
        auto group = std::ranges::find(groups_, model.group, &Group::name);
        if (group == groups_.end()) { group = groups_.insert(group, Group{model.group, {}}); }
        if (group->members.size() >= deployments_per_route_max) {
            leave_out(model.place, "its route is full; give some of the group one of their own");
            return;
        }
        std::string name = resources_.deployment_for(model, *upstream, draft_.leftovers);
        if (group->has(name)) {
            leave_out(model.place, "is in its route already, as " + name);
            return;
        }
        group->members.emplace_back(model.order.value_or(last), std::move(name));
    }

    void add(const LitellmFallback& fallback, const std::vector<RouteDraft>& own) {
        const auto from = std::ranges::find(routes_, fallback.from, &RouteDraft::name);
        if (from == routes_.end()) {
            leave_out(fallback.place, "there is no route of this name");
            return;
        }
        for (const std::string& name : fallback.to) {
            const auto to = std::ranges::find(own, name, &RouteDraft::name);
            if (to == own.end()) {
                leave_out(fallback.place, "falls back to `" + name + "`, which is no route here");
            } else if (!append(to->tiers, name, *from)) {
                leave_out(fallback.place, "a route has at most " +
                                              std::to_string(deployments_per_route_max) +
                                              " deployments; not all of `" + name + "` are in it");
            }
        }
    }

    /// False when not all of them have room.
    static bool append(const std::vector<TierDraft>& tiers, const std::string& name,
                       RouteDraft& route) {
        for (const TierDraft& tier : tiers) {
            route.tiers.push_back({{},
                                   name == route.name
                                       ? ""
                                       : "fallbacks: here `" + name + "` answers instead"});
            for (const std::string& deployment : tier.deployments) {
                if (route.has(deployment)) { continue; }
                if (route.is_full()) { return false; }
                route.tiers.back().deployments.push_back(deployment);
            }
        }
        return true;
    }

    void add(const LitellmAlias& alias) {
        const auto route = std::ranges::find(routes_, alias.group, &RouteDraft::name);
        const bool is_taken = std::ranges::any_of(routes_, [&alias](const RouteDraft& other) {
            return other.name == alias.alias ||
                   std::ranges::find(other.aliases, alias.alias) != other.aliases.end();
        });
        if (route == routes_.end()) {
            leave_out(alias.place, "stands for `" + alias.group + "`, which is no route here");
        } else if (is_taken || !is_name(alias.alias, NameRule::model)) {
            leave_out(alias.place, "stands for something else already, or is no valid name");
        } else {
            route->aliases.push_back(alias.alias);
            route->aliases_note = "model_group_alias";
        }
    }

    void write() {
        draft_.origin = "`spillway import litellm` (models: " +
                        std::to_string(config_.models.size()) + ")";
        draft_.listen = "127.0.0.1:4000";
        draft_.sections = std::move(resources_).sections();
        draft_.sections.push_back({"defaults", {}, default_settings(config_.router)});
        draft_.sections.push_back({"breaker", {}, breaker_settings(config_.router)});
        DraftSection routes{"routes", {}, {}};
        for (const RouteDraft& route : routes_) { routes.entries.push_back(route.entry()); }
        draft_.sections.push_back(std::move(routes));
    }

    const LitellmConfig& config_;
    TableDraft draft_;
    LitellmResources resources_;
    std::vector<Group> groups_;
    std::vector<RouteDraft> routes_;
};

}  // namespace

TableDraft import_litellm(const LitellmConfig& config) { return Import(config).run(); }

}  // namespace spillway
