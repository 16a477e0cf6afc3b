#include "config/settings.hpp"

#include "config/field_groups.hpp"
#include "config/fields.hpp"

#include <utility>

namespace spillway {

namespace {

// The field table writes a bound field's present value as its default; that is the value here.
void add_rows(Settings& settings, const std::string& prefix, const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        if (row.shape.scalar) { settings[prefix + row.key] = row.shape.scalar->fallback; }
    }
}

std::string count_or_none(std::int64_t limit) {
    return limit == 0 ? "unlimited" : format_amount(limit, Unit::count);
}

std::string url_of(const Endpoint& endpoint) {
    return (endpoint.tls ? "https://" : "http://") + endpoint.host + ":" +
           std::to_string(endpoint.port) + endpoint.path;
}

template <class Item, class Name>
std::string joined(const std::vector<Item>& items, Name name) {
    std::string text;
    for (const Item& item : items) { text += (text.empty() ? "" : ", ") + name(item); }
    return "[" + text + "]";
}

std::string itself(const std::string& text) { return text; }

std::string source_text(const SecretSource& secret) {
    switch (secret.kind) {
        case SecretSource::Kind::env: return "env " + secret.variable;
        case SecretSource::Kind::file: return "file " + secret.path;
        case SecretSource::Kind::literal: return "in the table";
        case SecretSource::Kind::none: break;
    }
    return "none";
}

std::string proxy_text(const std::optional<EgressProxy>& proxy) {
    return proxy ? proxy->host + ":" + std::to_string(proxy->port) : "";
}

Settings credential_settings(const CredentialConfig& credential) {
    const std::vector<std::string>& words = credential_kinds();
    const std::string& kind = words[static_cast<std::size_t>(credential.kind)];
    if (is_key(credential.kind)) { return {{kind, source_text(credential.secret)}}; }
    return {
        {kind + ".source", words[static_cast<std::size_t>(credential.source)]},
        {kind + ".tenant", credential.tenant},
        {kind + ".client_id", credential.client_id},
        {kind + ".authority", credential.authority},
        {kind + ".scope", credential.scope},
        {kind + ".secret", source_text(credential.secret)},
        {kind + ".token_file", credential.token_file},
        {kind + ".certificate", credential.certificate},
        {kind + ".metadata", credential.metadata},
        {kind + ".proxy", proxy_text(credential.proxy)},
    };
}

Settings resource_settings(const Config& config, const ResourceConfig& resource) {
    const auto& credential = resource.credential;
    return {
        {"kind", resource_kinds()[static_cast<std::size_t>(resource.kind)]},
        {"endpoint", url_of(resource.endpoint)},
        {"connect_to", resource.connect_to},
        {"region", resource.region},
        {"geography", resource.geography},
        {"api_version", resource.api_version},
        {"override_api_version", resource.override_api_version ? "true" : "false"},
        {"credential", credential ? config.credentials[*credential].name : ""},
        {"proxy", proxy_text(resource.proxy)},
        {"tls.ca_file", resource.tls.ca_file},
        {"tls.certificate", resource.tls.certificate},
        {"tls.key", resource.tls.key},
        {"tls.min_version", resource.tls.min_version == TlsVersion::tls13 ? "1.3" : "1.2"},
    };
}

Settings price_settings(const Price& price) {
    return {
        {"input", format_amount(price.input, Unit::money)},
        {"cached_input", format_amount(price.cached_input, Unit::money)},
        {"output", format_amount(price.output, Unit::money)},
    };
}

Settings deployment_settings(const Config& config, const DeploymentConfig& deployment) {
    const bool keeps_estimate = deployment.settlement == Settlement::estimate;
    return {
        {"resource", config.resources[index(deployment.resource)].name},
        {"name", deployment.deployment},
        {"tpm", count_or_none(deployment.tpm)},
        {"rpm", count_or_none(deployment.rpm)},
        {"weight", std::to_string(deployment.weight)},
        {"settlement", keeps_estimate ? "estimate" : "actual"},
        {"default_output", format_amount(deployment.default_output, Unit::count)},
        {"price", deployment.price ? config.prices[*deployment.price].name : ""},
    };
}

Settings route_settings(const Config& config, RouteConfig route) {
    const auto deployment = [&config](DeploymentId id) {
        return config.deployments[index(id)].name;
    };
    const auto tier = [&](const auto& ids) { return joined(ids, deployment); };
    Settings all{
        {"aliases", joined(route.aliases, itself)},
        {"residency", route.residency},
        {"tiers", joined(route.tiers, tier)},
    };
    add_rows(all, "timeouts.", timeouts_rows(route.timeouts));
    add_rows(all, "commit.", commit_rows(route.commit));
    add_rows(all, "retries.", retries_rows(route.retries));
    add_rows(all, "audit.", audit_bodies_rows(route.audit));
    return all;
}

Settings issuer_settings(const TokenIssuerConfig& issuer) {
    return {
        {"tenant", issuer.tenant},
        {"authority", issuer.authority},
        {"audiences", joined(issuer.audiences, itself)},
        {"issuer", issuer.issuer},
        {"jwks_uri", issuer.jwks_uri},
        {"ca_file", issuer.ca_file},
        {"leeway", format_amount(std::chrono::nanoseconds(issuer.leeway).count(), Unit::duration)},
    };
}

std::string match_text(const Config& config, const TokenMatch& match) {
    return "{issuer " + config.token_issuers[match.issuer].name + ", apps " +
           joined(match.apps, itself) + ", subjects " + joined(match.subjects, itself) +
           ", roles " + joined(match.roles, itself) + ", groups " + joined(match.groups, itself) +
           "}";
}

std::string money_or_none(Money limit) { return limit == 0 ? "unlimited" : money_text(limit); }

/// Keys by their ids: a hash helps who guesses.
Settings caller_settings(const Config& config, const CallerConfig& caller) {
    const auto key_id = [](const KeyHash& key) { return key.id; };
    const auto match = [&config](const TokenMatch& one) { return match_text(config, one); };
    const auto route = [&config](RouteId id) { return config.routes[index(id)].name; };
    const auto operation = [](Operation one) { return std::string(name(one)); };
    Settings all{
        {"keys", joined(caller.keys, key_id)},
        {"tokens", joined(caller.tokens, match)},
        {"certificates", joined(caller.certificates, itself)},
        {"routes", caller.routes.empty() ? "all" : joined(caller.routes, route)},
        {"operations", caller.operations.empty() ? "all" : joined(caller.operations, operation)},
        {"output_max", count_or_none(caller.output_max)},
        {"tpm", count_or_none(caller.tpm)},
        {"rpm", count_or_none(caller.rpm)},
        {"streams", count_or_none(caller.streams)},
        {"priority", caller.priority == Priority::low ? "low" : "normal"},
        {"cost_center", caller.cost_center},
    };
    for (const Period period : periods) {
        const std::string prefix = "budget." + std::string(name(period)) + ".";
        all[prefix + "tokens"] = count_or_none(caller.budget.of(period).tokens);
        all[prefix + "money"] = money_or_none(caller.budget.of(period).money);
    }
    for (const auto& [tag, value] : caller.tags) { all["tags." + tag] = value; }
    return all;
}

std::string listeners_text(const Config& config) {
    return joined(config.listeners, [](const ListenerConfig& listener) {
        const std::string tls = listener.tls ? " with tls" : "";
        return listener.host + ":" + std::to_string(listener.port) + tls;
    });
}

void add_files(Settings& settings, const std::string& prefix,
               const std::optional<ListenerTls>& tls) {
    if (!tls) { return; }
    settings[prefix + "certificate"] = tls->certificate;
    settings[prefix + "key"] = tls->key;
    settings[prefix + "client_ca"] = tls->client_ca;
}

}  // namespace

std::map<SettingsOf, Settings> settings(const Config& config) {
    Config copy = config;  // the rows bind to what they could also fill
    std::map<SettingsOf, Settings> all;
    all[{"listen", ""}] = {{"", listeners_text(config)}};
    for (std::size_t i = 0; i < config.listeners.size(); ++i) {
        add_files(all[{"listen", ""}], "[" + std::to_string(i) + "].tls.", config.listeners[i].tls);
    }
    all[{"allow_anonymous", ""}] = {{"", config.allow_anonymous ? "true" : "false"}};
    all[{"caller_key_header", ""}] = {{"", config.caller_key_header}};
    all[{"workers", ""}] = {{"", std::to_string(config.workers)}};
    add_rows(all[{"admin", ""}], ".", admin_rows(copy.admin));
    all[{"admin", ""}][".token"] = source_text(config.admin.token);
    add_files(all[{"admin", ""}], ".tls.", config.admin.tls);
    all[{"admin", ""}][".hosts"] = joined(config.admin.hosts, itself);
    add_rows(all[{"limits", ""}], ".", limits_rows(copy.limits));
    add_rows(all[{"drain", ""}], ".", drain_rows(copy.drain));
    add_rows(all[{"log", ""}], ".", log_rows(copy.log));
    add_rows(all[{"audit", ""}], ".", audit_rows(copy.audit));
    all[{"audit", ""}][".redact"] = joined(config.audit.redact, itself);
    all[{"currency", ""}] = {{"", config.currency}};
    add_rows(all[{"ledger", ""}], ".", ledger_rows(copy.ledger));
    add_rows(all[{"breaker", ""}], ".", breaker_rows(copy.breaker));
    add_rows(all[{"cooldown", ""}], ".", cooldown_rows(copy.cooldown));
    add_rows(all[{"retry_budget", ""}], ".", retry_budget_rows(copy.retry_budget));
    for (const CredentialConfig& credential : config.credentials) {
        all[{"credential", credential.name}] = credential_settings(credential);
    }
    for (const ResourceConfig& resource : config.resources) {
        all[{"resource", resource.name}] = resource_settings(config, resource);
    }
    for (const PriceConfig& price : config.prices) {
        all[{"price", price.name}] = price_settings(price.price);
    }
    for (const DeploymentConfig& deployment : config.deployments) {
        all[{"deployment", deployment.name}] = deployment_settings(config, deployment);
    }
    for (const RouteConfig& route : config.routes) {
        all[{"route", route.name}] = route_settings(config, route);
    }
    for (const TokenIssuerConfig& issuer : config.token_issuers) {
        all[{"token_issuer", issuer.name}] = issuer_settings(issuer);
    }
    for (const CallerConfig& caller : config.callers) {
        all[{"caller", caller.name}] = caller_settings(config, caller);
    }
    return all;
}

}  // namespace spillway
