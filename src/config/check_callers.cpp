#include "config/address.hpp"
#include "config/checks.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway {

namespace {

/// The caller that whoever shows nothing is served as.
constexpr std::string_view anonymous = "_anonymous";

/// Tokens for Microsoft's own services say nothing to anybody else: a service that got one could
/// use it here (azure-protocol.md §2.6).
bool is_first_party(std::string_view audience) {
    constexpr std::array<std::string_view, 12> known{
        "https://cognitiveservices.azure.com",
        "https://cognitiveservices.azure.us",
        "https://cognitiveservices.azure.cn",
        "https://ai.azure.com",
        "https://ml.azure.com",
        "https://management.azure.com",
        "https://management.core.windows.net",
        "https://graph.microsoft.com",
        "https://graph.windows.net",
        "https://vault.azure.net",
        "https://storage.azure.com",
        "00000003-0000-0000-c000-000000000000",  // Graph
    };
    while (audience.ends_with('/')) { audience.remove_suffix(1); }
    return std::ranges::find(known, audience) != known.end();
}

void check_issuer(const TokenIssuerConfig& issuer, const YamlNode& node, Issues& issues) {
    const bool entra = !issuer.tenant.empty();
    const bool other = !issuer.issuer.empty() || !issuer.jwks_uri.empty();
    if (entra && other) {
        issues.error(nearest(node, {"tenant"}).place, "issuer and keys follow from the tenant",
                     "write either `tenant`, or `issuer` and `jwks_uri`");
    } else if (!entra && (issuer.issuer.empty() || issuer.jwks_uri.empty())) {
        issues.error(node.place, "says not whose tokens and keys",
                     "write either `tenant`, or `issuer` and `jwks_uri`");
    }
    const YamlNode& audiences = nearest(node, {"audiences"});
    if (issuer.audiences.empty()) {
        issues.error(audiences.place, "names no audience: every token would be refused",
                     "write the id of this gateway's application, or its URI such as "
                     "api://spillway");
    }
    for (std::size_t i = 0; i < issuer.audiences.size(); ++i) {
        if (!is_first_party(issuer.audiences[i])) { continue; }
        issues.error(audiences.items[i].place,
                     "tokens for a Microsoft service cannot be believed by anybody else",
                     "register an application for the gateway, and let callers ask for its scope");
    }
    check_readable(nearest(node, {"ca_file"}).place, issuer.ca_file, issues);
}

/// A token belongs to the issuer that its `iss` names.
void check_twin_issuers(const Loaded& loaded, Issues& issues) {
    std::map<std::string, std::string> owners;
    const auto& issuers = loaded.config().token_issuers;
    for (std::size_t i = 0; i < issuers.size(); ++i) {
        const std::string& whose = issuers[i].tenant.empty() ? issuers[i].issuer
                                                             : issuers[i].tenant;
        const auto [owner, is_new] = owners.emplace(whose, issuers[i].name);
        if (is_new) { continue; }
        issues.error(loaded.entry("token_issuers", i).key.place,
                     "is the issuer `" + owner->second + "` once more", "name all audiences there");
    }
}

void check_key_ids(const Loaded& loaded, Issues& issues) {
    std::map<std::string, std::string> owners;
    const auto& callers = loaded.config().callers;
    for (std::size_t i = 0; i < callers.size(); ++i) {
        const YamlNode& keys = nearest(loaded.entry("callers", i).value, {"keys"});
        for (std::size_t j = 0; j < callers[i].keys.size(); ++j) {
            const auto [owner, is_new] = owners.emplace(callers[i].keys[j].id, callers[i].name);
            if (is_new) { continue; }
            issues.error(keys.items[j].place, "a key of `" + owner->second + "` has the same id",
                         "make a new one");
        }
    }
}

void check_certificates(const Loaded& loaded, Issues& issues) {
    std::map<std::string, std::string> owners;
    const Config& config = loaded.config();
    const bool asked = std::ranges::any_of(config.listeners, [](const ListenerConfig& listener) {
        return listener.tls && !listener.tls->client_ca.empty();
    });
    for (std::size_t i = 0; i < config.callers.size(); ++i) {
        const CallerConfig& caller = config.callers[i];
        const YamlNode& node = nearest(loaded.entry("callers", i).value, {"certificates"});
        if (!caller.certificates.empty() && !asked) {
            issues.error(node.place, "no listener asks for certificates",
                         "give one `tls: {client_ca: FILE}`");
        }
        for (std::size_t j = 0; j < caller.certificates.size(); ++j) {
            const auto [owner, is_new] = owners.emplace(caller.certificates[j], caller.name);
            if (is_new) { continue; }
            issues.error(node.items[j].place,
                         "stands for the caller `" + owner->second + "` already");
        }
    }
}

void check_proofs(const CallerConfig& caller, const YamlNode::Entry& entry, const Config& config,
                  Issues& issues) {
    const bool none = caller.keys.empty() && caller.tokens.empty() && caller.certificates.empty();
    if (caller.name == anonymous) {
        if (!none) {
            issues.error(entry.key.place, "stands for callers that show nothing",
                         "remove its keys, tokens and certificates");
        } else if (!config.allow_anonymous) {
            issues.error(entry.key.place, "is nobody unless `allow_anonymous: true`");
        }
        return;
    }
    if (none) {
        issues.warn(entry.key.place, "has no key, token or certificate: nobody can be it",
                    "`spillway keys new` makes a key");
    }
    for (std::size_t i = 0; i < caller.tokens.size(); ++i) {
        const TokenMatch& match = caller.tokens[i];
        if (match.apps.empty() && match.subjects.empty() && match.roles.empty() &&
            match.groups.empty()) {
            issues.warn(nearest(entry.value, {"tokens"}).items[i].place,
                        "is everybody who gets a token for the gateway from this issuer",
                        "name apps, subjects, roles or groups");
        }
    }
}

bool costs_anything(const Config& config, const RouteConfig& route) {
    return std::ranges::any_of(route.tiers, [&config](const auto& tier) {
        return std::ranges::any_of(tier, [&config](DeploymentId id) {
            return config.deployments[index(id)].price.has_value();
        });
    });
}

bool can_spend_money(const Config& config, const CallerConfig& caller) {
    if (caller.routes.empty()) {
        return std::ranges::any_of(config.routes, [&config](const RouteConfig& route) {
            return costs_anything(config, route);
        });
    }
    return std::ranges::any_of(caller.routes, [&config](RouteId id) {
        return costs_anything(config, config.routes[index(id)]);
    });
}

void check_tags(const CallerConfig& caller, const YamlNode& node, Issues& issues) {
    if (caller.tags.size() > caller_tags_max) {
        issues.error(nearest(node, {"tags"}).place,
                     "has more than " + std::to_string(caller_tags_max) + " tags");
    }
    std::size_t bytes = 0;
    for (const auto& [name, value] : caller.tags) {
        bytes += name.size() + value.size();
        const bool plain = std::ranges::none_of(value, [](char c) {
            return (c >= 0 && c < ' ') || c == '"' || c == '\\' || c == 0x7F;
        });
        if (!plain) {
            issues.error(nearest(node, {"tags", name}).place,
                         "has a quote, a backslash or a control character in it");
        }
    }
    if (bytes > caller_tags_bytes_max) {
        issues.error(nearest(node, {"tags"}).place,
                     "is longer than " + std::to_string(caller_tags_bytes_max) +
                         " bytes: it stands in every log line of the caller");
    }
}

void check_accounting(const Loaded& loaded, std::size_t position, Issues& issues) {
    const CallerConfig& caller = loaded.config().callers[position];
    const YamlNode& node = loaded.entry("callers", position).value;
    check_tags(caller, node, issues);
    const bool in_money = caller.budget.day.money > 0 || caller.budget.month.money > 0;
    if (in_money && !can_spend_money(loaded.config(), caller)) {
        issues.warn(nearest(node, {"budget"}).place,
                    "is never used up in money: no deployment that this caller may use has a price",
                    "give deployments a `price`");
    }
}

/// Who may reach a listener on other addresses than this machine's own has to be asked who it is.
void check_anonymous(const Loaded& loaded, Issues& issues) {
    const Config& config = loaded.config();
    for (std::size_t i = 0; i < config.listeners.size(); ++i) {
        if (is_loopback(config.listeners[i].host)) { continue; }
        if (config.allow_anonymous) {
            issues.warn(nearest(loaded.root, {"allow_anonymous"}).place,
                        "whoever can reach " + config.listeners[i].host + ":" +
                            std::to_string(config.listeners[i].port) +
                            " is served without showing who they are");
        } else if (config.callers.empty()) {
            issues.error(nearest(listener_node(loaded.root, i), {"address"}).place,
                         "other machines can reach this address, and nobody is asked who they are",
                         "name `callers`, listen on 127.0.0.1, or write `allow_anonymous: true`");
        }
    }
}

}  // namespace

void check_callers(const Loaded& loaded, Issues& issues) {
    const Config& config = loaded.config();
    if (!issues.has_errors_below("listen") && !issues.has_errors_below("allow_anonymous") &&
        !issues.has_errors_below("callers")) {
        check_anonymous(loaded, issues);
    }
    for (std::size_t i = 0; i < config.token_issuers.size(); ++i) {
        const auto& [key, node] = loaded.entry("token_issuers", i);
        if (issues.has_errors_below(key.place.path)) { continue; }
        check_issuer(config.token_issuers[i], node, issues);
    }
    if (!issues.has_errors_below("token_issuers")) { check_twin_issuers(loaded, issues); }
    if (issues.has_errors_below("callers")) { return; }
    for (std::size_t i = 0; i < config.callers.size(); ++i) {
        check_proofs(config.callers[i], loaded.entry("callers", i), config, issues);
        check_accounting(loaded, i, issues);
    }
    check_key_ids(loaded, issues);
    check_certificates(loaded, issues);
}

}  // namespace spillway
