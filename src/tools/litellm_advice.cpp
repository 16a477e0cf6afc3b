#include "tools/litellm_advice.hpp"

#include <algorithm>
#include <array>

namespace spillway {

namespace {

struct Advice {
    std::string_view start;  // of the path, without the positions in lists
    std::string_view words;
};

constexpr std::string_view keep_litellm =
    "nothing here does this; what needs it stays with LiteLLM, with Spillway behind it if need be";
constexpr std::string_view
    identity = "identities are not imported; give the resource a credential by hand";
constexpr std::string_view measured = "see /metrics and the access log instead";
constexpr std::string_view replicas = "limits are counted in the process; nothing is shared yet";
constexpr std::string_view described = "describes the model; nothing here depends on it";
constexpr std::string_view
    passed_on = "requests are passed on as they are; let the callers send it";

// The longest start that fits is the one that counts.
constexpr std::array<Advice, 51> advices = {{
    {"model_list.litellm_params.", passed_on},
    {"model_list.litellm_params.azure_ad_token", identity},
    {"model_list.litellm_params.tenant_id", identity},
    {"model_list.litellm_params.client_id", identity},
    {"model_list.litellm_params.client_secret", identity},
    {"model_list.litellm_params.timeout", "clocks belong to routes: `timeouts.total` of its route"},
    {"model_list.litellm_params.stream_timeout",
     "clocks belong to routes: `timeouts.first_event` of its route"},
    {"model_list.litellm_params.max_retries", "`retries.attempts` of its route"},
    {"model_list.litellm_params.num_retries", "`retries.attempts` of its route"},
    {"model_list.litellm_params.max_parallel_requests",
     "no limit of running requests; `tpm` and `rpm` bound them"},
    {"model_list.litellm_params.extra_headers", keep_litellm},
    {"model_list.litellm_params.organization", "callers may send openai-organization"},
    {"model_list.litellm_params.input_cost", described},
    {"model_list.litellm_params.output_cost", described},
    {"model_list.litellm_params.mock_response", "use the simulator, spillway-sim"},
    {"model_list.litellm_params.tags", "give each of the groups a route of its own"},
    {"model_list.model_info", described},
    {"model_list.", keep_litellm},
    {"router_settings.routing_strategy",
     "tiers in their order, inside a tier by weight; whoever has no room is passed over"},
    {"router_settings.redis", replicas},
    {"router_settings.enable_pre_call_checks",
     "limits are always looked at before a request is sent; prompts are not measured against "
     "context windows"},
    {"router_settings.default_fallbacks", "write it out: a tier more in each route"},
    {"router_settings.context_window_fallbacks",
     "a prompt that is too long is the caller's error here"},
    {"router_settings.content_policy_fallbacks", "a filtered prompt is the caller's error here"},
    {"router_settings.retry_policy", "by kind of error already; `retries.attempts` bounds it"},
    {"router_settings.model_group_retry_policy", "`retries.attempts` of the route"},
    {"router_settings.retry_after", "waits follow `retry-after` of the upstream, see `cooldown`"},
    {"router_settings.allowed_fails_policy", "`breaker`: a 429 or a caller's error is no failure"},
    {"router_settings.disable_cooldowns", "breakers cannot be turned off; see `breaker`"},
    {"router_settings.max_fallbacks", "`retries.attempts` bounds all tries"},
    {"router_settings.set_verbose", "`log.level: debug`"},
    {"router_settings.debug_level", "`log.level: debug`"},
    {"router_settings.", keep_litellm},
    {"litellm_settings.set_verbose", "`log.level: debug`"},
    {"litellm_settings.json_logs", "logs are JSON already"},
    {"litellm_settings.success_callback", measured},
    {"litellm_settings.failure_callback", measured},
    {"litellm_settings.callbacks", measured},
    {"litellm_settings.service_callback", measured},
    {"litellm_settings.cache", "answers are not cached"},
    {"litellm_settings.drop_params",
     "requests are passed on as they are: an upstream may refuse a parameter"},
    {"litellm_settings.default_fallbacks", "write it out: a tier more in each route"},
    {"litellm_settings.context_window_fallbacks",
     "a prompt that is too long is the caller's error here"},
    {"litellm_settings.content_policy_fallbacks", "a filtered prompt is the caller's error here"},
    {"general_settings.master_key",
     "the key callers send; without `callers` in the table nobody is asked for one, so stay on "
     "the loopback address"},
    {"general_settings.database", "nothing is stored in a database"},
    {"general_settings.store_model_in_db",
     "what stands in the database only is not imported; the table is the whole truth"},
    {"general_settings.alerting", "alerts are Prometheus rules: deploy/prometheus/rules.yml"},
    {"environment_variables", "set it for the process itself, e.g. in the unit or the pod"},
    {"include", "included files are not read; put them into one file and import that"},
    {"callback_settings", measured},
}};

std::string without_positions(std::string_view path) {
    std::string plain;
    bool inside = false;
    for (const char c : path) {
        if (c == '[') { inside = true; }
        if (!inside) { plain += c; }
        if (c == ']') { inside = false; }
    }
    return plain;
}

}  // namespace

std::string litellm_advice(std::string_view path) {
    const std::string plain = without_positions(path);
    std::string_view words = keep_litellm;
    std::size_t longest = 0;
    for (const Advice& advice : advices) {
        if (plain.starts_with(advice.start) && advice.start.size() > longest) {
            words = advice.words;
            longest = advice.start.size();
        }
    }
    return std::string(words);
}

}  // namespace spillway
