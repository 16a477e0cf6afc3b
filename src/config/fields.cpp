#include "config/fields.hpp"

#include "config/field_groups.hpp"
#include "config/shapes.hpp"

#include <string>

namespace spillway {

namespace {

constexpr auto required = Row::Presence::required;

/// The keys a route shares with `defaults`.
std::vector<Row> shared_route_rows(RouteConfig& route) {
    return {
        {"residency", "Only deployments in this geography; otherwise any",
         name(route.residency, NameRule::plain)},
        {"timeouts", "The five clocks of a request",
         map_of([&route] { return timeouts_rows(route.timeouts); })},
        {"commit", "How much of an answer is held back while failover is still possible",
         map_of([&route] { return commit_rows(route.commit); })},
        {"retries", "How often a request may be tried",
         map_of([&route] { return retries_rows(route.retries); })},
        {"audit", "What the audit stream keeps of bodies",
         map_of([&route] { return audit_bodies_rows(route.audit); })},
    };
}

Shape tier(const Config& config, std::vector<DeploymentId>& tier) {
    return list_of([&config, &tier] {
        return reference(config.deployments, "deployments", [&tier](std::size_t index) {
            tier.push_back(static_cast<DeploymentId>(index));
        });
    });
}

Shape route(const Config& config, RouteConfig& route) {
    return map_of([&config, &route] {
        std::vector<Row> rows{
            {"aliases", "Other names callers may use for it",
             list_of([&route] { return name(route.aliases.emplace_back(), NameRule::model); })},
            {"tiers",
             "Lists of deployments: the first tier is used while it can serve, then the next",
             list_of([&config, &route] { return tier(config, route.tiers.emplace_back()); }),
             required},
        };
        for (Row& row : shared_route_rows(route)) { rows.push_back(std::move(row)); }
        return rows;
    });
}

template <class Named>
Named& append(std::vector<Named>& list, const std::string& name) {
    Named& entry = list.emplace_back();
    entry.name = name;
    return entry;
}

std::vector<Row> table_rows(Draft& draft) {
    Config& config = draft.config;
    return {
        {"credentials", "How requests to resources are signed",
         named(NameRule::plain,
               [&config](const std::string& name) {
                   return credential(append(config.credentials, name));
               })},
        {"resources",
         "Endpoints that serve models: an Azure OpenAI resource or anything compatible",
         named(NameRule::plain,
               [&config](const std::string& name) {
                   return resource(config, append(config.resources, name));
               }),
         required},
        {"deployments", "Models deployed in resources, with the limits they were bought with",
         named(NameRule::plain,
               [&config](const std::string& name) {
                   return deployment(config, append(config.deployments, name));
               }),
         required},
        {"defaults", "Keys of a route, for all routes",
         map_of([&draft] { return shared_route_rows(draft.defaults); })},
        {"routes", "Model names callers ask for",
         named(NameRule::model,
               [&draft](const std::string& name) {
                   Config& table = draft.config;
                   RouteConfig& entry = table.routes.emplace_back(draft.defaults);
                   entry.name = name;
                   return route(table, entry);
               }),
         required},
    };
}

std::vector<Row> caller_rows(Config& config) {
    std::vector<Row> rows = identity_rows(config);
    rows.push_back({"token_issuers", "Whose tokens (JWT) are believed",
                    named(NameRule::plain, [&config](const std::string& name) {
                        return token_issuer(append(config.token_issuers, name));
                    })});
    rows.push_back({"callers", "Who may call, how they prove it, and what they may do",
                    named(NameRule::plain, [&config](const std::string& name) {
                        return caller(config, append(config.callers, name));
                    })});
    return rows;
}

std::vector<Row> process_rows(Config& config) {
    return {
        {"listen", "Where callers connect: an address, or a list of addresses or maps",
         listeners(config.listeners), required},
        {"admin", "The second listener, for operators",
         map_of([&config] { return admin_rows(config.admin); })},
        {"workers", "Threads; 0: one per core", number(Unit::plain, config.workers, {0, 1024})},
        {"limits", "What a caller may send, and how slowly",
         map_of([&config] { return limits_rows(config.limits); })},
        {"drain", "How the process ends", map_of([&config] { return drain_rows(config.drain); })},
        {"log", "Access log and messages", map_of([&config] { return log_rows(config.log); })},
        {"audit", "Who asked for what, and what came of it: lines that cannot be changed unseen",
         map_of([&config] { return audit_rows(config.audit); })},
    };
}

std::vector<Row> policy_rows(Config& config) {
    return {
        {"breaker", "When a deployment is left alone because it fails",
         map_of([&config] { return breaker_rows(config.breaker); })},
        {"cooldown", "How long a deployment is left alone that asked for it",
         map_of([&config] { return cooldown_rows(config.cooldown); })},
        {"retry_budget", "Bounds the retries of the whole process",
         map_of([&config] { return retry_budget_rows(config.retry_budget); })},
    };
}

}  // namespace

std::vector<Row> fields(Draft& draft) {
    std::vector<Row> rows = process_rows(draft.config);
    for (Row& row : money_rows(draft.config)) { rows.push_back(std::move(row)); }
    for (Row& row : table_rows(draft)) { rows.push_back(std::move(row)); }
    for (Row& row : caller_rows(draft.config)) { rows.push_back(std::move(row)); }
    for (Row& row : policy_rows(draft.config)) { rows.push_back(std::move(row)); }
    return rows;
}

}  // namespace spillway
