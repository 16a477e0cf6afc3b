#include "tools/starter_table.hpp"

namespace spillway {

std::string_view starter_table() noexcept {
    return R"(# yaml-language-server: $schema=./spillway.schema.json
#
# A routing table to start from. Put your resources in the place of the two below, then:
#   spillway check FILE
# finds every mistake at once. Keys that have a default are left out.

# Where applications connect; this machine only. Their base URL:
#   OpenAI SDKs        http://127.0.0.1:8080/v1
#   AzureOpenAI SDKs   http://127.0.0.1:8080
listen: "127.0.0.1:8080"

# Metrics, health and the status page. Keep it off the network that callers are in.
admin: {listen: "127.0.0.1:9091"}

# Keys stay out of the table: {env: VARIABLE} or {file: PATH}.
credentials:
  east-key: {api_key: {env: AZURE_OPENAI_KEY_EAST}}
  west-key: {api_key: {env: AZURE_OPENAI_KEY_WEST}}

# A resource is an endpoint in a region: an Azure OpenAI account, or with kind openai any other that
# speaks as OpenAI does.
resources:
  east:
    kind: azure
    endpoint: "https://YOUR-EAST-RESOURCE.openai.azure.com"
    region: eastus
    geography: us  # compared with the residency of a route
    credential: east-key
  west:
    kind: azure
    endpoint: "https://YOUR-WEST-RESOURCE.openai.azure.com"
    region: westus3
    geography: us
    credential: west-key

# A deployment is a model in a resource. tpm and rpm are what it was bought with: they are never
# exceeded, so that Azure has no reason to refuse.
deployments:
  gpt-4o-east: {resource: east, name: gpt-4o, tpm: 100k, rpm: 600}
  gpt-4o-west: {resource: west, name: gpt-4o, tpm: 100k, rpm: 600}

# A route is the model name that callers ask for. The first tier serves while it can, then the
# second.
routes:
  gpt-4o:
    residency: us  # never leave the geography, whatever happens
    tiers:
      - [gpt-4o-east]
      - [gpt-4o-west]
)";
}

}  // namespace spillway
