#include "sim/gate.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace spillway_sim {

namespace {

constexpr std::size_t custom_headers_max = 10;

constexpr std::array standard_headers{std::string_view("host"),
                                      std::string_view("connection"),
                                      std::string_view("keep-alive"),
                                      std::string_view("accept"),
                                      std::string_view("accept-charset"),
                                      std::string_view("accept-encoding"),
                                      std::string_view("accept-language"),
                                      std::string_view("user-agent"),
                                      std::string_view("content-type"),
                                      std::string_view("content-length"),
                                      std::string_view("content-encoding"),
                                      std::string_view("transfer-encoding"),
                                      std::string_view("expect"),
                                      std::string_view("cache-control"),
                                      std::string_view("pragma"),
                                      std::string_view("date"),
                                      std::string_view("origin"),
                                      std::string_view("referer"),
                                      std::string_view("cookie"),
                                      std::string_view("te"),
                                      std::string_view("authorization"),
                                      std::string_view("api-key"),
                                      std::string_view("x-ms-client-request-id")};

constexpr std::array standard_prefixes{
    std::string_view("sec-fetch-"), std::string_view("x-stainless-"), std::string_view("x-sim-")};

std::string lower(std::string_view text) {
    std::string lowered(text);
    for (char& letter : lowered) {
        if (letter >= 'A' && letter <= 'Z') { letter = static_cast<char>(letter - 'A' + 'a'); }
    }
    return lowered;
}

bool is_standard(const std::string& name) {
    return std::find(standard_headers.begin(), standard_headers.end(), name) !=
               standard_headers.end() ||
           std::any_of(standard_prefixes.begin(), standard_prefixes.end(),
                       [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_authorised(const ResourceOptions& resource, const Request& request) {
    std::string shown(request.fields["authorization"]);
    if (lower(shown).starts_with("bearer ")) { shown.erase(0, 7); }
    if (shown.empty() && resource.kind == Kind::azure) {
        shown = std::string(request.fields["api-key"]);
    }
    return std::find(resource.keys.begin(), resource.keys.end(), shown) != resource.keys.end();
}

/// Which operation a model of this name is for.
bool is_supported(const std::string& model, Operation operation) {
    const bool is_embedding = model.starts_with("text-embedding");
    const bool is_legacy = model.find("instruct") != std::string::npos ||
                           (model.ends_with("-002") && !is_embedding);
    if (operation == Operation::embeddings) { return is_embedding; }
    if (operation == Operation::completions) { return is_legacy; }
    return !is_embedding && !is_legacy;
}

const char* spoken_name(Operation operation) {
    if (operation == Operation::chat) { return "chatCompletion"; }
    return operation == Operation::completions ? "completion" : name_of(operation).data();
}

}  // namespace

std::size_t count_custom_headers(const boost::beast::http::fields& fields) {
    return static_cast<std::size_t>(
        std::count_if(fields.begin(), fields.end(), [](const auto& field) {
            const auto name = field.name_string();
            return !is_standard(lower(std::string_view(name.data(), name.size())));
        }));
}

bool is_reasoning_model(const std::string& model) {
    return model.starts_with("o1") || model.starts_with("o3") || model.starts_with("o4") ||
           model.starts_with("gpt-5");
}

RefusalContext refusal_context(const ResourceOptions& resource, const Call& call) {
    RefusalContext context;
    if (call.target) {
        context.operation = operation_id(call.target->operation);
        context.api_version = call.target->api_version.empty() ? "v1" : call.target->api_version;
    }
    context.deployment = call.deployment;
    const auto deployment = resource.deployments.find(call.deployment);
    const bool is_known = deployment != resource.deployments.end();
    context.model = is_known ? deployment->second.model : call.deployment;
    context.region = resource.region;
    return context;
}

std::optional<Reply> check_request(const ResourceOptions& resource, const Request& request,
                                   const Call& call) {
    const RefusalContext context = refusal_context(resource, call);
    if (request.is_head_too_large || count_custom_headers(request.fields) > custom_headers_max) {
        return refuse(431, "headers", context);
    }
    if (request.method.empty()) {
        return bad_request("The bytes received are not an HTTP/1.1 request.", "", "");
    }
    if (!is_authorised(resource, request)) {
        const bool is_azure = resource.kind == Kind::azure;
        return refuse(401, is_azure ? "unauthorized" : "invalid_api_key", context);
    }
    if (!call.target || !is_version_known(*call.target)) {
        return refuse(404, "resource_not_found", context);
    }
    return std::nullopt;
}

Reply unknown_deployment(const ResourceOptions& resource, const Call& call) {
    const bool is_azure = resource.kind == Kind::azure;
    return refuse(404, is_azure ? "deployment_not_found" : "model_not_found",
                  refusal_context(resource, call));
}

std::optional<Reply> check_prompt(const ResourceOptions& resource, const Call& call,
                                  const DeploymentOptions& deployment) {
    if (const auto* error = std::get_if<PromptError>(&call.prompt)) {
        return bad_request(error->message, error->param, error->code);
    }
    const auto& prompt = std::get<Prompt>(call.prompt);
    if (!is_supported(deployment.model, call.target->operation)) {
        RefusalContext context = refusal_context(resource, call);
        context.operation = spoken_name(call.target->operation);
        return refuse(400, "operation_not_supported", context);
    }
    if (prompt.body.contains("stream_options") && !has_stream_options(*call.target)) {
        return bad_request("Unrecognized request argument supplied: stream_options", "", "");
    }
    if (prompt.body.contains("stream_options") && !prompt.is_stream) {
        return bad_request(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options", "");
    }
    if (prompt.body.contains("max_tokens") && is_reasoning_model(deployment.model)) {
        return bad_request(
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            "max_tokens", "unsupported_parameter");
    }
    if (prompt_tokens(prompt) > deployment.context) {
        return bad_request("This model's maximum context length is " +
                               std::to_string(deployment.context) +
                               " tokens. However, your messages resulted in " +
                               std::to_string(prompt_tokens(prompt)) +
                               " tokens. Please reduce the length of the messages.",
                           "messages", "context_length_exceeded");
    }
    return std::nullopt;
}

}  // namespace spillway_sim
