// What a resource checks before it looks at its limits, in the order of the service: header fields,
// key, path, api-version, deployment, body, model. Each check is a pure question with a refusal as
// its answer.
#pragma once

#include <optional>

#include "sim/call.hpp"
#include "sim/options.hpp"
#include "sim/refusal.hpp"
#include "sim/reply.hpp"
#include "sim/request.hpp"

namespace spillway_sim {

/// Checks that need no deployment. nullopt: go on.
[[nodiscard]] std::optional<Reply> check_request(const ResourceOptions& resource,
                                                 const Request& request, const Call& call);

/// The body against the model of the deployment. nullopt: go on.
[[nodiscard]] std::optional<Reply> check_prompt(const ResourceOptions& resource, const Call& call,
                                                const DeploymentOptions& deployment);

/// 404 in the words of the resource's kind.
[[nodiscard]] Reply unknown_deployment(const ResourceOptions& resource, const Call& call);

/// What refusals may mention about this call.
[[nodiscard]] RefusalContext refusal_context(const ResourceOptions& resource, const Call& call);

/// Fields which the service would call custom: not HTTP's own, not those every SDK sends (Python's
/// eleven `x-stainless-*` reach Azure, so they cannot count), not ours (`x-sim-*`). What counts is
/// unconfirmed for the real service (azure-protocol §3.6, §15).
[[nodiscard]] std::size_t count_custom_headers(const boost::beast::http::fields& fields);

/// Whether the model answers with hidden reasoning and refuses `max_tokens`.
[[nodiscard]] bool is_reasoning_model(const std::string& model);

}  // namespace spillway_sim
