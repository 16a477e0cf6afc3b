#include "config/field_groups.hpp"

#include "config/endpoint.hpp"
#include "config/key_hash.hpp"
#include "config/shapes.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t million = 1'000'000;
constexpr auto required = Row::Presence::required;

bool is_guid(std::string_view text) {
    constexpr std::string_view form = "00000000-0000-0000-0000-000000000000";
    return std::equal(text.begin(), text.end(), form.begin(), form.end(), [](char c, char in_form) {
        const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
                           (c >= 'A' && c <= 'F');
        return in_form == '-' ? c == '-' : digit;
    });
}

std::string lowercase(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') { c = static_cast<char>(c - 'A' + 'a'); }
    }
    return lower;
}

Shape texts(std::vector<std::string>& list, const std::string& words) {
    return list_of([&list, words] { return text(list.emplace_back(), words); });
}

Shape tenant(std::string& field) {
    const std::string pattern = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    const auto keep = [&field](std::string_view written) -> std::optional<Complaint> {
        if (!is_guid(written)) {
            return Complaint{"has to be the tenant's id, a GUID",
                             "`az account show --query tenantId` prints it"};
        }
        field = lowercase(written);  // as issuers write it
        return std::nullopt;
    };
    return parsed("a tenant's id, a GUID", pattern, keep);
}

Shape https_url(std::string& field) {
    const auto keep = [&field](std::string_view written) -> std::optional<Complaint> {
        const auto url = parse_endpoint(written);
        if (!url) { return url.error(); }
        if (!url->tls) {
            return Complaint{
                "has to be an https:// URL: whoever can change the answer could make "
                "tokens",
                ""};
        }
        field = written;
        return std::nullopt;
    };
    Shape shape = parsed("an https:// URL", "https://[^?#@\\s]+", keep);
    shape.scalar->fallback = field;
    return shape;
}

/// At least the smallest step: 0 means unlimited in `Config`.
Shape money(Money& field) {
    constexpr std::int64_t steps_per_unit = 1'000'000;
    constexpr AmountRange range{1, 1'000'000'000 * steps_per_unit};
    constexpr Money per_step = money_unit / steps_per_unit;
    Shape shape = amount(Unit::money, range, 0,
                         [&field](std::int64_t steps) { field = steps * per_step; });
    shape.scalar->fallback.clear();
    return shape;
}

/// Not one that has a meaning of its own, which would then be sent on or be told apart from a key.
Shape key_header(std::string& field) {
    const auto keep = [&field](std::string_view written) -> std::optional<Complaint> {
        constexpr std::array<std::string_view, 4> taken{"x-request-id", "x-client-request-id",
                                                        "x-ms-client-request-id",
                                                        "x-ms-spillover-deployment"};
        const std::string name = lowercase(written);
        const auto fits = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        };
        if (!name.starts_with("x-") || name.size() < 3 || name.size() > 64 ||
            !std::ranges::all_of(name, fits)) {
            return Complaint{"has to be a header's name that begins with x-",
                             "Authorization: Bearer and api-key are understood anyway"};
        }
        if (std::ranges::find(taken, name) != taken.end()) {
            return Complaint{"has a meaning of its own", "choose another name"};
        }
        field = name;
        return std::nullopt;
    };
    return parsed("a header's name such as x-team-key", "[xX]-[A-Za-z0-9-]{1,62}", keep);
}

std::vector<Row> allowance_rows(Amounts& allowance) {
    return {
        {"tokens", "Tokens, prompt and answer; absent: unlimited",
         limit("tokens", allowance.tokens, 1'000'000 * million)},
        {"money", "Cost by `prices`, in `currency`; absent: unlimited", money(allowance.money)},
    };
}

std::vector<Row> budget_rows(CallerConfig& caller) {
    return {
        {"day", "What may be used up in a calendar day (UTC)",
         map_of([&caller] { return allowance_rows(caller.budget.day); })},
        {"month", "What may be used up in a calendar month (UTC)",
         map_of([&caller] { return allowance_rows(caller.budget.month); })},
    };
}

Shape key_hash(std::vector<KeyHash>& keys) {
    const auto keep = [&keys](std::string_view written) -> std::optional<Complaint> {
        auto hash = parse_key_hash(written);
        if (!hash) { return hash.error(); }
        keys.push_back(std::move(*hash));
        return std::nullopt;
    };
    return parsed("a line that `spillway keys new` prints",
                  "spk1:[A-Za-z0-9.-]{1,32}:[A-Za-z0-9_-]{22}:[A-Za-z0-9_-]{43}", keep);
}

Shape token_match(const Config& config, TokenMatch& match) {
    return map_of([&config, &match]() -> std::vector<Row> {
        return {
            {"issuer", "Whose tokens",
             reference(config.token_issuers, "token_issuers",
                       [&match](std::size_t index) { match.issuer = index; }),
             required},
            {"apps", "Client ids the token may have been given to (`azp` or `appid`); absent: any",
             texts(match.apps, "a client id")},
            {"subjects", "Object ids, or `sub` where there is none; absent: any",
             texts(match.subjects, "an object id")},
            {"roles", "App roles, of which the token has one; absent: any",
             texts(match.roles, "a role")},
            {"groups", "Group ids, of which the token has one; absent: any",
             texts(match.groups, "a group's id")},
        };
    });
}

/// The operations that are sent to deployments.
std::vector<std::string> operations() {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < operation_count; ++i) {
        const auto operation = static_cast<Operation>(i);
        if (is_inference(operation)) { names.emplace_back(name(operation)); }
    }
    return names;
}

std::vector<Row> proof_rows(const Config& config, CallerConfig& caller) {
    return {
        {"keys", "Keys it may show, as lines that `spillway keys new` prints",
         list_of([&caller] { return key_hash(caller.keys); })},
        {"tokens", "Tokens (JWT) that are its own",
         list_of([&config, &caller] { return token_match(config, caller.tokens.emplace_back()); })},
        {"certificates", "Subjects of client certificates, as `openssl x509 -nameopt RFC2253` says",
         texts(caller.certificates, "a subject such as CN=agents,O=Acme")},
    };
}

std::vector<Row> grant_rows(const Config& config, CallerConfig& caller) {
    return {
        {"routes", "Routes it may use; absent: all", list_of([&config, &caller] {
             return reference(config.routes, "routes", [&caller](std::size_t index) {
                 caller.routes.push_back(static_cast<RouteId>(index));
             });
         })},
        {"operations", "Operations it may use; absent: all", list_of([&caller] {
             return choice_of(operations(), 0, [&caller](std::size_t index) {
                 caller.operations.push_back(static_cast<Operation>(index));
             });
         })},
        {"output_max", "Largest answer a request may ask for, in tokens; absent: any",
         limit("output_max", caller.output_max, million)},
    };
}

std::vector<Row> share_rows(CallerConfig& caller) {
    return {
        {"tpm", "Tokens per minute; absent: unlimited", limit("tpm", caller.tpm, 1000 * million)},
        {"rpm", "Requests per minute; absent: unlimited", limit("rpm", caller.rpm, 1000 * million)},
        {"streams", "Requests running at the same time; absent: unlimited",
         limit("streams", caller.streams, million)},
        {"budget", "What it may use up in a day and in a month",
         map_of([&caller] { return budget_rows(caller); })},
        {"priority", "low: leaves the last fifth of each deployment's tokens to the others",
         choice(caller.priority, {"low", "normal"})},
        {"cost_center", "For the access log and reports", text(caller.cost_center, "a word")},
        {"tags", "Further words for reports",
         named(NameRule::plain,
               [&caller](const std::string& name) { return text(caller.tags[name], "a word"); })},
    };
}

}  // namespace

Shape token_issuer(TokenIssuerConfig& issuer) {
    return map_of([&issuer]() -> std::vector<Row> {
        return {
            {"tenant", "Entra ID: the tenant's id; issuer and keys follow from it",
             tenant(issuer.tenant)},
            {"authority", "Entra ID: another cloud's authority", https_url(issuer.authority)},
            {"audiences", "What `aud` has to be one of: names of this gateway's own application",
             texts(issuer.audiences, "an audience such as api://spillway"), required},
            {"issuer", "Not Entra ID: the exact `iss`", text(issuer.issuer, "an issuer")},
            {"jwks_uri", "Not Entra ID: where its keys are published", https_url(issuer.jwks_uri)},
            {"ca_file", "PEM file of accepted authorities; otherwise the system's",
             text(issuer.ca_file, "a file")},
            {"leeway", "By how much clocks may differ", duration(issuer.leeway, 0ms, 300s)},
        };
    });
}

Shape caller(const Config& config, CallerConfig& caller) {
    return map_of([&config, &caller] {
        std::vector<Row> rows = proof_rows(config, caller);
        for (Row& row : grant_rows(config, caller)) { rows.push_back(std::move(row)); }
        for (Row& row : share_rows(caller)) { rows.push_back(std::move(row)); }
        return rows;
    });
}

std::vector<Row> identity_rows(Config& config) {
    return {
        {"allow_anonymous", "Serve callers that show nothing, on any address",
         flag(config.allow_anonymous)},
        {"caller_key_header", "A header that keys are taken from besides the usual ones",
         key_header(config.caller_key_header)},
    };
}

}  // namespace spillway
