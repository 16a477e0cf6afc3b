#include "config/azure_environment.hpp"

#include "config/address.hpp"
#include "config/azure_names.hpp"
#include "config/checks.hpp"
#include "config/egress_proxy.hpp"
#include "config/endpoint.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace spillway {

namespace {

using Kind = CredentialConfig::Kind;

constexpr std::string_view imds = "http://169.254.169.254";
constexpr std::string_view imds_path = "/metadata/identity/oauth2/token";

/// Completes one credential, whose kind's map is `node`.
class Completion {
public:
    Completion(CredentialConfig& credential, const YamlNode& node, const Environment& environment,
               Issues& issues)
        : credential_(credential), node_(node), environment_(environment), issues_(issues) {}

    void run() {
        if (credential_.kind == Kind::azure_default) { choose_source(); }
        switch (credential_.source) {
            case Kind::managed_identity: find_metadata(); break;
            case Kind::workload_identity:
                fill("token_file", credential_.token_file, "AZURE_FEDERATED_TOKEN_FILE");
                check_readable(nearest(node_, {"token_file"}).place, credential_.token_file,
                               issues_);
                fill_entra();
                break;
            case Kind::client_certificate:
                check_readable(nearest(node_, {"certificate"}).place, credential_.certificate,
                               issues_);
                fill_entra();
                break;
            case Kind::client_secret: fill_entra(); break;
            default: break;
        }
    }

private:
    [[nodiscard]] std::string variable(std::string_view name) const {
        return environment_(name).value_or("");
    }
    [[nodiscard]] bool are_set(std::initializer_list<std::string_view> names) const {
        return std::ranges::all_of(names,
                                   [&](std::string_view name) { return !variable(name).empty(); });
    }

    // The order of DefaultAzureCredential, as far as a server has these.
    void choose_source() {
        const bool application = are_set({"AZURE_TENANT_ID", "AZURE_CLIENT_ID"});
        credential_.source = Kind::managed_identity;
        if (application && are_set({"AZURE_CLIENT_SECRET"})) {
            credential_.source = Kind::client_secret;
            credential_.client_id.clear();
            credential_.secret = {SecretSource::Kind::env, {}, "AZURE_CLIENT_SECRET", {}};
        } else if (application && are_set({"AZURE_CLIENT_CERTIFICATE_PATH"})) {
            credential_.source = Kind::client_certificate;
            credential_.client_id.clear();
            credential_.certificate = variable("AZURE_CLIENT_CERTIFICATE_PATH");
        } else if (application && are_set({"AZURE_FEDERATED_TOKEN_FILE"})) {
            credential_.source = Kind::workload_identity;
        } else if (credential_.client_id.empty()) {
            take("client_id", credential_.client_id, "AZURE_CLIENT_ID", azure_id);
        }
    }

    void fill_entra() {
        fill("tenant", credential_.tenant, "AZURE_TENANT_ID", &azure_tenant);
        fill("client_id", credential_.client_id, "AZURE_CLIENT_ID", &azure_id);
        if (node_.find("authority") == nullptr) {
            take("authority", credential_.authority, "AZURE_AUTHORITY_HOST", azure_authority);
        }
    }

    /// Required: what is neither in the table nor in the environment is missing.
    void fill(std::string_view key, std::string& field, std::string_view name,
              const AzureName* form = nullptr) {
        if (!field.empty()) { return; }
        if (!are_set({name})) {
            issues_.missing(node_.place, "has no `" + std::string(key) + "`, and " +
                                             std::string(name) + " is not set");
        } else if (form == nullptr) {
            field = variable(name);
        } else {
            take(key, field, name, *form);
        }
    }

    /// The value of a variable where it is set.
    void take(std::string_view key, std::string& field, std::string_view name,
              const AzureName& form) {
        if (!are_set({name})) { return; }
        auto value = form.parse(variable(name));
        if (value) {
            field = std::move(*value);
        } else {
            issues_.error(node_.place, std::string(name) + " " + value.error().message,
                          "correct it, or write `" + std::string(key) + "` here");
        }
    }

    // In the order in which Microsoft's libraries look (§2.3).
    void find_metadata() {
        struct Foreign {
            std::string_view variable;
            std::string_view where;
        };
        for (const Foreign& each :
             {Foreign{"IDENTITY_SERVER_THUMBPRINT", "Service Fabric"},
              Foreign{"MSI_ENDPOINT", "Azure Machine Learning or an old App Service"},
              Foreign{"IMDS_ENDPOINT", "Azure Arc"}}) {
            const bool newer = each.variable == "MSI_ENDPOINT" && are_set({"IDENTITY_HEADER"});
            if (!are_set({each.variable}) || newer) { continue; }
            issues_.missing(node_.place, "there is no managed identity of " +
                                             std::string(each.where) + " (" +
                                             std::string(each.variable) + " is set)");
            return;
        }
        if (are_set({"IDENTITY_ENDPOINT", "IDENTITY_HEADER"})) {
            credential_.metadata_key = Secret(variable("IDENTITY_HEADER"));
            keep_metadata(variable("IDENTITY_ENDPOINT"), "", "IDENTITY_ENDPOINT");
            return;
        }
        const std::string other = variable("AZURE_POD_IDENTITY_AUTHORITY_HOST");
        keep_metadata(other.empty() ? std::string(imds) : other, imds_path,
                      "AZURE_POD_IDENTITY_AUTHORITY_HOST");
    }

    void keep_metadata(std::string url, std::string_view path, std::string_view name) {
        if (!path.empty() && url.ends_with('/')) { url.pop_back(); }
        url += path;
        const auto parsed = parse_any_url(url);
        const auto& key = credential_.metadata_key.reveal();
        const bool clean = std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7F'; });
        if (!parsed) {
            issues_.error(node_.place, std::string(name) + " " + parsed.error().message);
        } else if (!clean) {
            issues_.error(node_.place, "IDENTITY_HEADER cannot stand in a header");
        } else {
            credential_.metadata = std::move(url);
        }
    }

    CredentialConfig& credential_;
    const YamlNode& node_;
    const Environment& environment_;
    Issues& issues_;
};

std::optional<EgressProxy> proxy_or_complain(const Environment& environment, const Endpoint& to,
                                             const YamlPlace& place, Issues& issues) {
    auto proxy = proxy_from(environment, to);
    if (proxy) { return std::move(*proxy); }
    issues.error(place, proxy.error().message, proxy.error().suggestion);
    return std::nullopt;
}

}  // namespace

void complete_credentials(Config& config, const YamlNode& root, const Environment& environment,
                          Issues& issues) {
    for (std::size_t i = 0; i < config.credentials.size(); ++i) {
        const auto& [key, node] = root.find("credentials")->entries[i];
        if (node.entries.empty() || issues.has_errors_below(key.place.path)) { continue; }
        Completion(config.credentials[i], node.entries.front().value, environment, issues).run();
    }
}

void complete_proxies(Config& config, const YamlNode& root, const Environment& environment,
                      Issues& issues) {
    for (std::size_t i = 0; i < config.resources.size(); ++i) {
        const auto& [key, node] = root.find("resources")->entries[i];
        ResourceConfig& resource = config.resources[i];
        const bool written = node.find("proxy") != nullptr;
        if (written || issues.has_errors_below(key.place.path)) { continue; }
        // Who dials a private address does so because the way there is direct.
        Endpoint to = resource.endpoint;
        if (!resource.connect_to.empty()) { to.host = host_of(resource.connect_to); }
        resource.proxy = proxy_or_complain(environment, to, key.place, issues);
    }
    for (std::size_t i = 0; i < config.credentials.size(); ++i) {
        const auto& [key, node] = root.find("credentials")->entries[i];
        CredentialConfig& credential = config.credentials[i];
        const bool asks_entra = !credential.tenant.empty();
        if (!asks_entra || issues.has_errors_below(key.place.path)) { continue; }
        const auto authority = parse_endpoint(credential.authority);
        if (!authority) { continue; }
        credential.proxy = proxy_or_complain(environment, *authority, key.place, issues);
    }
    for (std::size_t i = 0; i < config.token_issuers.size(); ++i) {
        const auto& [key, node] = root.find("token_issuers")->entries[i];
        TokenIssuerConfig& issuer = config.token_issuers[i];
        if (issues.has_errors_below(key.place.path)) { continue; }
        const auto keys = parse_any_url(issuer.tenant.empty() ? issuer.jwks_uri : issuer.authority);
        if (keys) { issuer.proxy = proxy_or_complain(environment, *keys, key.place, issues); }
    }
}

}  // namespace spillway
