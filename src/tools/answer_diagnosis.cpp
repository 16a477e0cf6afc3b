#include "tools/answer_diagnosis.hpp"

#include "wire/json.hpp"
#include "wire/upstream_error.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace spillway {

namespace {

/// What is seen, and what to do about it.
struct Finding {
    Condition condition = Condition::fail;
    std::string seen;
    std::string remedy{};
};

/// A refusal by its words (azure-protocol.md §5.2).
struct Refusal {
    std::string_view said;
    std::string_view means;
    std::string_view remedy;
};
constexpr std::array refusals{
    Refusal{
        "Firewall rules", "the resource's firewall does not let this machine in",
        "add the address that this machine is seen under to the resource's Networking, or reach "
        "it through a private endpoint"},
    Refusal{"Public access is disabled", "the resource is reached through private endpoints only",
            "make the endpoint's name resolve to the private endpoint: link the zone "
            "privatelink.openai.azure.com to this network"},
    Refusal{"Virtual Network is configured", "the resource wants its own host name",
            "write https://NAME.openai.azure.com into `endpoint`, not the region's name"},
    Refusal{"temporarily blocked", "the resource has been blocked for abuse",
            "only Microsoft's support can lift that"},
    Refusal{
        "Principal does not have access", "the identity lacks a role on the resource",
        "give it the role Cognitive Services OpenAI User; that takes up to five minutes to act"},
    Refusal{
        "lacks the required data action", "the identity lacks a role on the resource",
        "give it the role Cognitive Services OpenAI User; that takes up to five minutes to act"},
};

std::optional<Finding> known_refusal(const ProbeReply& reply) {
    const std::string message = error_of_body(reply.status, reply.body).message;
    for (const Refusal& known : refusals) {
        if (message.find(known.said) == std::string::npos) { continue; }
        return Finding{Condition::fail,
                       std::to_string(reply.status) + ": " + std::string(known.means),
                       std::string(known.remedy)};
    }
    return std::nullopt;
}

bool is_error_of_an_api(const ProbeReply& reply) {
    const JsonValue document = JsonValue::parse(reply.body);
    return document["error"].has_content() || document["message"].has_content();
}

std::optional<std::size_t> count_models(const ProbeReply& reply) {
    const JsonValue models = JsonValue::parse(reply.body)["data"];
    if (reply.status != 200 || models.kind() != JsonValue::Kind::array) { return std::nullopt; }
    std::size_t count = 0;
    for (JsonMembers each(models); each.next();) { ++count; }
    return count;
}

std::string models_text(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " model" : " models");
}

std::string where_to_point(const ResourceConfig& resource) {
    switch (resource.kind) {
        case ResourceKind::azure:
            return "`endpoint` is https://NAME.openai.azure.com without a path, and `api_version` "
                   "one that exists (now " +
                   resource.api_version + ")";
        case ResourceKind::azure_v1:
            return "`endpoint` is https://NAME.openai.azure.com without a path; /openai/v1 is "
                   "added";
        case ResourceKind::openai: break;
    }
    return "`endpoint` ends where /models and /chat/completions follow, mostly in /v1";
}

/// What a status means whoever asks.
Finding finding_of(const ResourceConfig& resource, const ProbeReply& reply) {
    const std::string status = std::to_string(reply.status);
    if (auto known = known_refusal(reply)) { return *known; }
    if (reply.status == 403) {
        return {Condition::fail, "403: access is denied",
                "look at the resource's Networking and at what stands in between"};
    }
    if (reply.status == 429) {
        return {Condition::warn, "429: it answers, but is throttled", "ask again in a minute"};
    }
    if (reply.status >= 500) {
        return {Condition::fail, status + ": it, or what stands before it, is broken",
                "see the provider's status page; a proxy's 502 or 504 is the proxy's"};
    }
    if (reply.status >= 300 && reply.status < 400) {
        return {Condition::fail, status + ": it sends us elsewhere, and the gateway never follows",
                "write the address that it redirects to into `endpoint`"};
    }
    if (reply.status == 404) {
        return {Condition::fail, "404: there is no list of models at this URL",
                where_to_point(resource)};
    }
    return {Condition::fail, status + ", and not as an API answers: a web page, or another service",
            where_to_point(resource)};
}

Finding silence(const Failure& failure) {
    if (failure.cause == Cause::timeout) {
        return {Condition::fail, "connected, but no answer in time",
                "see the provider's status page, and what stands in between"};
    }
    return {Condition::fail, "no whole HTTP answer (" + std::string(name(failure.cause)) + ")",
            "another service listens there, or a proxy broke off: check `endpoint`"};
}

Finding anonymous(const ResourceConfig& resource, const ProbeReply& reply) {
    if (reply.status == 401 && !is_error_of_an_api(reply)) {
        return {Condition::warn, "401, but not in the words of an API",
                "a login page or a proxy may stand in between: check `endpoint`"};
    }
    if (reply.status == 401 && !resource.credential) {
        return {Condition::fail, "401: it wants a credential, and the resource has none",
                "set `credential` of the resource"};
    }
    if (reply.status == 401) { return {Condition::ok, "401 without a credential, as an API does"}; }
    const auto models = count_models(reply);
    if (!models) { return finding_of(resource, reply); }
    const std::string seen = "lists " + models_text(*models) + " without a credential";
    if (!resource.credential) { return {Condition::ok, seen}; }
    return {Condition::warn, seen, "whoever reaches it may use it; is that meant?"};
}

std::string where_key_is(const CredentialConfig& credential) {
    switch (credential.secret.kind) {
        case SecretSource::Kind::env: return "the variable " + credential.secret.variable;
        case SecretSource::Kind::file: return credential.secret.path;
        case SecretSource::Kind::literal:
        case SecretSource::Kind::none: break;
    }
    return "the table";
}

Finding signed_with(const ResourceConfig& resource, const CredentialConfig& credential,
                    const ProbeReply& reply) {
    if (const auto models = count_models(reply)) {
        return {Condition::ok, credential.name + " is accepted; lists " + models_text(*models)};
    }
    if (reply.status != 401 || known_refusal(reply)) { return finding_of(resource, reply); }
    return {Condition::fail, "401: " + credential.name + " is not accepted",
            "compare the key in " + where_key_is(credential) +
                " with this resource's keys; it may be another resource's, or have been "
                "regenerated"};
}

Diagnosis about(const ResourceConfig& resource, std::string check, Finding finding) {
    return {std::move(check), resource.name, finding.condition, std::move(finding.seen),
            std::move(finding.remedy)};
}

}  // namespace

Diagnosis diagnose_anonymous(const ResourceConfig& resource, const Result<ProbeReply>& reply) {
    return about(resource, "answer", reply ? anonymous(resource, *reply) : silence(reply.error()));
}

Diagnosis diagnose_signed(const ResourceConfig& resource, const CredentialConfig& credential,
                          const Result<ProbeReply>& reply) {
    return about(resource, "credential",
                 reply ? signed_with(resource, credential, *reply) : silence(reply.error()));
}

Diagnosis not_probed(const ResourceConfig& resource, const CredentialConfig& credential) {
    if (credential.kind == CredentialConfig::Kind::passthrough) {
        return about(resource, "credential",
                     {Condition::ok, "not probed: callers bring their own tokens"});
    }
    return about(resource, "credential",
                 {Condition::warn, "not probed: " + credential.name + " fetches tokens",
                  "start the gateway and send a request; /status.json shows what becomes of it"});
}

}  // namespace spillway
