#include "sim/refusal.hpp"

#include <chrono>
#include <ctime>
#include <map>

#include "sim/chat.hpp"
#include "sim/fields.hpp"
#include "sim/json.hpp"

namespace spillway_sim {

namespace {

/// A JSON error. Without a type it has the front door's shape (code, message), otherwise OpenAI's.
/// {op} {version} {model} {deployment} {region} {seconds} in the message come from the context.
struct Form {
    const char* code;
    const char* message;
    const char* type = nullptr;
    const char* param = nullptr;
};

// azure-protocol §3.5 and §5.2; the names are ours.
const std::map<std::string, Form> forms{
    {"token_rate",
     {"429",
      "Requests to the {op} Operation under Azure OpenAI API version {version} have exceeded token "
      "rate limit of your current OpenAI S0 pricing tier. Please retry after {seconds} seconds. "
      "Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the "
      "default rate limit."}},
    {"call_rate",
     {"429",
      "Requests to the {op} Operation under Azure OpenAI API version {version} have exceeded call "
      "rate limit of your current OpenAI S0 pricing tier. Please retry after {seconds} seconds. "
      "Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the "
      "default rate limit."}},
    {"deployment_rate",
     {"429",
      "Your requests to {model} for {deployment} in {region} have exceeded the token rate limit "
      "for "
      "your current AIServices S0 pricing tier. This request was for {op} under Azure OpenAI API "
      "version {version}. Please retry after {seconds} seconds."}},
    {"capacity",
     {"429",
      "The system is currently experiencing high demand and cannot process your request. Your "
      "request exceeds the maximum usage size allowed during peak load. For improved "
      "capacity/latency reliability, consider switching to Provisioned Throughput."}},
    {"unavailable",
     {"ServiceUnavailable", "The service is temporarily unable to process your request."}},
    {"v1_rate",
     {"rate_limit_exceeded", "Your requests to the deployment have exceeded rate limit.",
      "too_many_requests"}},
    {"openai_tokens",
     {"rate_limit_exceeded",
      "Rate limit reached for {model} in organization org-sim on tokens per min (TPM). Please try "
      "again in {seconds}s.",
      "tokens"}},
    {"openai_requests",
     {"rate_limit_exceeded",
      "Rate limit reached for {model} in organization org-sim on requests per min (RPM). Please "
      "try again in {seconds}s.",
      "requests"}},
    {"insufficient_quota",
     {"insufficient_quota",
      "You exceeded your current quota, please check your plan and billing details.",
      "insufficient_quota"}},
    {"slow_down", {"slow_down", "Slow down: please reduce your request rate.", "server_error"}},
    {"server_is_overloaded",
     {"server_is_overloaded", "Our servers are currently overloaded. Please try again later.",
      "server_error"}},
    {"unauthorized",
     {"401",
      "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a "
      "valid key for an active subscription and use a correct regional API endpoint for your "
      "resource."}},
    {"permission_denied", {"PermissionDenied", "Principal does not have access to API/Operation."}},
    {"invalid_api_key",
     {"invalid_api_key",
      "Incorrect API key provided. You can find your API key at "
      "https://platform.openai.com/account/api-keys.",
      "invalid_request_error"}},
    {"firewall", {"403", "Access denied due to Virtual Network/Firewall rules."}},
    {"public_access", {"403", "Public access is disabled. Please configure private endpoint."}},
    {"deployment_not_found",
     {"DeploymentNotFound",
      "The API deployment for this resource does not exist. If you created the deployment within "
      "the last 5 minutes, please wait a moment and try again."}},
    {"resource_not_found", {"404", "Resource not found"}},
    {"model_not_found",
     {"model_not_found", "The model `{model}` does not exist or you do not have access to it.",
      "invalid_request_error"}},
    {"operation_not_supported",
     {"OperationNotSupported",
      "The {op} operation does not work with the specified model, {model}. Please choose different "
      "model and try again. You can learn more about which models can be used with each operation "
      "here: https://go.microsoft.com/fwlink/?linkid=2197993."}},
    {"responses_not_enabled",
     {"NotFound",
      "Azure OpenAI Responses API is not enabled in this region. Please check "
      "https://aka.ms/aoai/responsesapi/availability"}},
    {"content_filter",
     {"content_filter",
      "The response was filtered due to the prompt triggering Azure OpenAI's content management "
      "policy. Please modify your prompt and retry. To learn more about our content filtering "
      "policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766",
      "", "prompt"}},
    {"bad_request", {"", "The request is invalid.", "invalid_request_error"}},
    {"timeout", {"Timeout", "The operation was timeout."}},
    {"headers", {"431", "The request has too many or too large header fields."}},
    {"server_error",
     {"",
      "The server had an error while processing your request. Sorry about that! You can retry your "
      "request, or contact us through an Azure support request at: "
      "https://go.microsoft.com/fwlink/?linkid=2213926 if you keep seeing this error.",
      "server_error"}},
    {"internal", {"InternalServerError", "Backend returned unexpected response."}},
};

/// What is not JSON: what stands between the caller and the service answers, not the service.
struct RawForm {
    const char* type;
    const char* body;
};

const std::map<std::string, RawForm> raw_forms{
    {"no_healthy_upstream", {"text/plain", "no healthy upstream"}},
    {"html",
     {"text/html",
      "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body>"
      "</html>"}},
    {"empty", {"text/plain", ""}},
};

const char* usual_form(unsigned status) {
    switch (status) {
        case 401: return "unauthorized";
        case 403: return "firewall";
        case 404: return "deployment_not_found";
        case 408: return "timeout";
        case 429: return "token_rate";
        case 431: return "headers";
        case 502: return "html";
        case 503: return "no_healthy_upstream";
        case 504: return "timeout";
        default: return status < 500 ? "bad_request" : "server_error";
    }
}

std::string fill(std::string text, const RefusalContext& context) {
    const std::map<std::string, std::string> values{
        {"{op}", context.operation},  {"{version}", context.api_version},
        {"{model}", context.model},   {"{deployment}", context.deployment},
        {"{region}", context.region}, {"{seconds}", std::to_string(context.retry_after_s)}};
    for (const auto& [mark, value] : values) {
        const auto at = text.find(mark);
        if (at != std::string::npos) { text.replace(at, mark.size(), value); }
    }
    return text;
}

Json text_or_null(const char* text) {
    return text == nullptr || *text == '\0' ? Json() : Json(text);
}

Json content_filter_details() {
    Json results = safe_filter_results();
    results["hate"] = {{"filtered", true}, {"severity", "high"}};
    results["jailbreak"] = {{"filtered", false}, {"detected", false}};
    return {{"code", "ResponsibleAIPolicyViolation"}, {"content_filter_result", results}};
}

Json error_document(const std::string& name, const Form& form, const RefusalContext& context) {
    const std::string message = fill(form.message, context);
    if (form.type == nullptr) { return {{"error", {{"code", form.code}, {"message", message}}}}; }
    Json error = {{"message", message},
                  {"type", text_or_null(form.type)},
                  {"param", text_or_null(form.param)},
                  {"code", text_or_null(form.code)}};
    if (name == "content_filter") {
        error["status"] = 400;
        error["innererror"] = content_filter_details();
    }
    return {{"error", error}};
}

std::string http_date(std::chrono::system_clock::time_point at) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::string text(30, '\0');
    text.resize(std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
    return text;
}

}  // namespace

Reply refuse(unsigned status, const std::string& form, const RefusalContext& context) {
    const std::string name = form.empty() ? usual_form(status) : form;
    check_form(name);
    Reply reply;
    reply.status = status;
    if (const auto raw = raw_forms.find(name); raw != raw_forms.end()) {
        reply.headers = {{"content-type", raw->second.type}};
        reply.events = {{raw->second.body, EventKind::terminal}};
        return reply;
    }
    reply.headers = {{"content-type", "application/json; charset=utf-8"}};
    reply.events = {{error_document(name, forms.at(name), context).dump(), EventKind::terminal}};
    return reply;
}

void check_form(const std::string& form) {
    if (form.empty() || forms.contains(form) || raw_forms.contains(form)) { return; }
    std::string known;
    for (const auto& [name, unused] : forms) { known += ' ' + name; }
    for (const auto& [name, unused] : raw_forms) { known += ' ' + name; }
    throw InputError("unknown form \"" + form + "\"; known:" + known);
}

Hint read_hint(const std::string& name) {
    static const std::map<std::string, Hint> names{
        {"both", Hint::both},       {"ms", Hint::ms},     {"ms_azure", Hint::ms_azure},
        {"seconds", Hint::seconds}, {"date", Hint::date}, {"reset", Hint::reset},
        {"none", Hint::none}};
    const auto found = names.find(name);
    if (found == names.end()) { throw InputError("unknown hint \"" + name + "\""); }
    return found->second;
}

void add_hint(Headers& headers, Hint hint, long long milliseconds) {
    const std::string seconds = std::to_string((milliseconds + 999) / 1000);
    const std::string exact = std::to_string(milliseconds);
    if (hint == Hint::both || hint == Hint::ms) { headers.emplace_back("retry-after-ms", exact); }
    if (hint == Hint::ms_azure) { headers.emplace_back("x-ms-retry-after-ms", exact); }
    if (hint == Hint::both || hint == Hint::seconds) {
        headers.emplace_back("retry-after", seconds);
    }
    if (hint == Hint::date) {
        const auto at = std::chrono::system_clock::now() + std::chrono::milliseconds(milliseconds);
        headers.emplace_back("retry-after", http_date(at));
    }
    if (hint == Hint::reset) {
        headers.emplace_back("x-rate-limit-reset-tokens", seconds);
        headers.emplace_back("policy-id", "DeploymentRatelimit-Token");
    }
}

Reply bad_request(const std::string& message, const std::string& param, const std::string& code) {
    const Json error = {{"message", message},
                        {"type", "invalid_request_error"},
                        {"param", text_or_null(param.c_str())},
                        {"code", text_or_null(code.c_str())}};
    Reply reply;
    reply.status = 400;
    reply.headers = {{"content-type", "application/json; charset=utf-8"}};
    reply.events = {{Json{{"error", error}}.dump(), EventKind::terminal}};
    return reply;
}

}  // namespace spillway_sim
