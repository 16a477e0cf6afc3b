#include "config/field_groups.hpp"

#include "config/address.hpp"
#include "config/egress_proxy.hpp"
#include "config/endpoint.hpp"
#include "config/shapes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace spillway {

namespace {

constexpr std::int64_t million = 1'000'000;
constexpr auto required = Row::Presence::required;

Shape endpoint(Endpoint& endpoint) {
    return parsed("a URL such as https://name.openai.azure.com", "https?://[^?#@\\s]+",
                  [&endpoint](std::string_view text) -> std::optional<Complaint> {
                      auto url = parse_endpoint(text);
                      if (!url) { return url.error(); }
                      endpoint = std::move(*url);
                      return std::nullopt;
                  });
}

Shape dial_address(std::string& field) {
    return parsed("a host and a port such as 10.0.0.4:443", "[^ ]+:[0-9]{1,5}",
                  [&field](std::string_view text) -> std::optional<Complaint> {
                      auto address = parse_dial_address(text);
                      if (!address) { return address.error(); }
                      field = std::move(*address);
                      return std::nullopt;
                  });
}

/// `none` and an absent key differ: the loader asks the environment for what is absent.
Shape proxy(std::optional<EgressProxy>& field) {
    return parsed("http://host:port or none", "none|(http://)?[^ ]+",
                  [&field](std::string_view text) -> std::optional<Complaint> {
                      if (text == "none") { return std::nullopt; }
                      auto found = parse_egress_proxy(text);
                      if (!found) { return found.error(); }
                      field = std::move(*found);
                      return std::nullopt;
                  });
}

std::vector<Row> tls_rows(UpstreamTls& tls) {
    return {
        {"ca_file", "PEM file of accepted authorities; otherwise the system's",
         text(tls.ca_file, "a file")},
        {"certificate", "PEM file of the chain shown to a resource that asks for one",
         text(tls.certificate, "a file")},
        {"key", "PEM file of the certificate's private key", text(tls.key, "a file")},
        {"min_version", "Oldest version of TLS that is spoken",
         choice(tls.min_version, {"1.2", "1.3"})},
    };
}

}  // namespace

const std::vector<std::string>& resource_kinds() {
    static const std::vector<std::string> kinds{"azure", "azure_v1", "openai"};
    return kinds;
}

Shape resource(Config& config, ResourceConfig& resource) {
    return map_of([&config, &resource]() -> std::vector<Row> {
        return {
            {"kind", "azure: paths with the deployment; azure_v1: /openai/v1; openai: any other",
             choice(resource.kind, resource_kinds())},
            {"endpoint", "Base URL, without /openai", endpoint(resource.endpoint), required},
            {"connect_to", "Dial this instead, e.g. a private endpoint; TLS name stays the URL's",
             dial_address(resource.connect_to)},
            {"region", "Region, for display and for judging regions as a whole",
             name(resource.region, NameRule::plain)},
            {"geography", "Where data is processed; compared with a route's residency",
             name(resource.geography, NameRule::plain)},
            {"api_version", "Sent when the caller names none (kind azure)",
             text(resource.api_version, "an API version such as 2024-10-21")},
            {"override_api_version", "Send api_version even when the caller names another",
             flag(resource.override_api_version)},
            {"credential", "Signs requests to this resource; none: sent unsigned",
             reference(config.credentials, "credentials",
                       [&resource](std::size_t index) { resource.credential = index; })},
            {"proxy", "Egress proxy, or none; otherwise HTTPS_PROXY and NO_PROXY decide",
             proxy(resource.proxy)},
            {"tls", "How the two sides prove who they are",
             map_of([&resource] { return tls_rows(resource.tls); })},
        };
    });
}

namespace {

/// No fixed default: it follows from the resource's kind (complete_deployments).
Shape settlement(Settlement& field) {
    Shape shape = choice(field, {"estimate", "actual"});
    shape.scalar->fallback.clear();
    return shape;
}

}  // namespace

Shape deployment(Config& config, DeploymentConfig& deployment) {
    return map_of([&config, &deployment]() -> std::vector<Row> {
        return {
            {"resource", "The resource it is deployed in",
             reference(config.resources, "resources",
                       [&deployment](std::size_t index) {
                           deployment.resource = static_cast<ResourceId>(index);
                       }),
             required},
            {"name", "Its name at the resource; by default the key above",
             text(deployment.deployment, "a deployment's name")},
            {"tpm", "Tokens per minute it was bought with; absent: unlimited",
             limit("tpm", deployment.tpm, 1000 * million)},
            {"rpm", "Requests per minute; absent: unlimited",
             limit("rpm", deployment.rpm, 1000 * million)},
            {"weight", "Share of requests inside its tier",
             number(Unit::plain, deployment.weight, {1, 1000})},
            {"settlement", "Tokens charged in the end: estimate (Azure) or actual (others)",
             settlement(deployment.settlement)},
            {"default_output", "Output tokens assumed when the caller sets no bound",
             number(Unit::count, deployment.default_output, {1, million})},
            {"price", "What its tokens cost; absent: nothing that is known",
             reference(config.prices, "prices",
                       [&deployment](std::size_t index) { deployment.price = index; })},
        };
    });
}

}  // namespace spillway
