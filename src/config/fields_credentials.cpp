#include "config/field_groups.hpp"

#include "config/azure_names.hpp"
#include "config/fields.hpp"
#include "config/shapes.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace spillway {

namespace {

using Kind = CredentialConfig::Kind;

constexpr auto required = Row::Presence::required;

/// Keeps what `parse` makes of the text.
Shape kept(std::string& field, const AzureName& form) {
    return parsed(std::string(form.words), std::string(form.pattern),
                  [&field, &form](std::string_view text) -> std::optional<Complaint> {
                      auto value = form.parse(text);
                      if (!value) { return value.error(); }
                      field = std::move(*value);
                      return std::nullopt;
                  });
}

/// With its default; the text of a URL has none that a schema could show otherwise.
Shape kept_with_default(std::string& field, const AzureName& form) {
    Shape shape = kept(field, form);
    shape.scalar->fallback = field;
    return shape;
}

Row scope_row(CredentialConfig& credential) {
    return {"scope", "What the token is for; https://ai.azure.com/.default for Foundry's v1",
            kept_with_default(credential.scope, azure_scope)};
}

/// What all kinds ask that prove who they are at Entra.
std::vector<Row> entra_rows(CredentialConfig& credential) {
    return {
        {"tenant", "Tenant, by id or domain; otherwise AZURE_TENANT_ID",
         kept(credential.tenant, azure_tenant)},
        {"client_id", "Application (client) id; otherwise AZURE_CLIENT_ID",
         kept(credential.client_id, azure_id)},
        {"authority", "Where tokens come from; AZURE_AUTHORITY_HOST where that is set",
         kept_with_default(credential.authority, azure_authority)},
        scope_row(credential),
    };
}

std::vector<Row> with(std::vector<Row> rows, Row own) {
    rows.push_back(std::move(own));
    return rows;
}

std::vector<Row> metadata_rows(CredentialConfig& credential) {
    return {
        {"client_id", "Of a user-assigned identity; otherwise the machine's only one",
         kept(credential.client_id, azure_id)},
        scope_row(credential),
    };
}

std::vector<Row> rows_of(Kind kind, CredentialConfig& credential) {
    switch (kind) {
        case Kind::managed_identity:
        case Kind::azure_default: return metadata_rows(credential);
        case Kind::workload_identity:
            return with(entra_rows(credential),
                        {"token_file", "Kubernetes token; otherwise AZURE_FEDERATED_TOKEN_FILE",
                         text(credential.token_file, "a file")});
        case Kind::client_secret:
            return with(entra_rows(credential),
                        {"secret", "Client secret: {env: NAME}, {file: PATH}, or itself",
                         secret(credential.secret), required});
        case Kind::client_certificate:
            return with(entra_rows(credential),
                        {"certificate", "PEM file with the certificate and its private key (RSA)",
                         text(credential.certificate, "a file"), required});
        case Kind::api_key:
        case Kind::bearer:
        case Kind::passthrough: break;
    }
    return {};
}

void choose(CredentialConfig& credential, Kind kind) {
    credential.kind = kind;
    credential.source = kind;
}

/// A key: itself, or where it is.
Shape key(CredentialConfig& credential, Kind kind) {
    Shape shape = secret(credential.secret);
    shape.scalar->store = [&credential, kind, store = shape.scalar->store](std::string_view text) {
        choose(credential, kind);
        return store(text);
    };
    shape.map = [&credential, kind, rows = shape.map] {
        choose(credential, kind);
        return rows();
    };
    return shape;
}

Shape source(CredentialConfig& credential, Kind kind) {
    return map_of([&credential, kind] {
        choose(credential, kind);
        return rows_of(kind, credential);
    });
}

}  // namespace

const std::vector<std::string>& credential_kinds() {
    static const std::vector<std::string> kinds{"api_key",          "bearer",
                                                "managed_identity", "workload_identity",
                                                "client_secret",    "client_certificate",
                                                "azure_default",    "passthrough"};
    return kinds;
}

Shape credential(CredentialConfig& credential) {
    return one_of([&credential]() -> std::vector<Row> {
        return {
            {"api_key", "API key: {env: NAME}, {file: PATH}, or the key itself (not recommended)",
             key(credential, Kind::api_key)},
            {"bearer", "Sent as Authorization: Bearer, whatever the kind of resource",
             key(credential, Kind::bearer)},
            {"managed_identity", "Tokens from the machine: IMDS, App Service, Container Apps",
             source(credential, Kind::managed_identity)},
            {"workload_identity", "A Kubernetes token exchanged at Entra",
             source(credential, Kind::workload_identity)},
            {"client_secret", "A service principal with a secret",
             source(credential, Kind::client_secret)},
            {"client_certificate", "A service principal with a certificate",
             source(credential, Kind::client_certificate)},
            {"azure_default",
             "Environment, workload identity, managed identity: the first there is",
             source(credential, Kind::azure_default)},
            {"passthrough", "The caller's own Authorization, sent on to this resource only",
             source(credential, Kind::passthrough)},
        };
    });
}

}  // namespace spillway
