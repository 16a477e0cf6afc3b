#include "sim/resource.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sim/answer_headers.hpp"
#include "sim/compose.hpp"
#include "sim/gate.hpp"
#include "sim/spoil.hpp"

namespace spillway_sim {

namespace {

constexpr std::size_t stored_responses_max = 10'000;
constexpr std::size_t beginnings_max = 10'000;

// Prompt caching (azure-protocol §7): from 1,024 equal tokens on, in steps of 128.
constexpr std::int64_t cacheable_tokens_min = 1024;
constexpr std::int64_t cache_step_tokens = 128;
constexpr std::size_t beginning_bytes = 4096;

constexpr std::int64_t hidden_reasoning_tokens = 64;
constexpr std::int64_t fixed_creation_time = 1'700'000'000;

// What the service says when a request can never fit (azure-protocol §3.5).
constexpr long long never_fits_ms = 86'400'000;

std::int64_t unix_time() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

std::string padded_hex(std::uint64_t number) {
    constexpr const char* digits = "0123456789abcdef";
    std::string text(16, '0');
    for (auto letter = text.rbegin(); letter != text.rend(); ++letter, number >>= 4U) {
        *letter = digits[number & 0xFU];
    }
    return text;
}

std::int64_t cached_tokens(std::unordered_set<std::uint64_t>& seen, const Prompt& prompt) {
    const std::int64_t tokens = count_tokens(prompt.text);
    if (tokens < cacheable_tokens_min) { return 0; }
    if (seen.size() >= beginnings_max) { seen.clear(); }
    const bool is_new = seen.insert(fingerprint(prompt.text.substr(0, beginning_bytes), 0)).second;
    return is_new ? 0 : tokens / cache_step_tokens * cache_step_tokens;
}

}  // namespace

Resource::Resource(ResourceOptions options, bool is_deterministic, TimePoint start)
    : options_(std::move(options)), is_deterministic_(is_deterministic) {
    for (const auto& [name, facts] : options_.deployments) {
        deployments_.emplace(name, Deployment{facts, Meter(facts.limits, start), {}, {}});
    }
}

Reply Resource::answer(const Request& request, const Call& call, TimePoint now) {
    std::optional<Reply> refused = check_request(options_, request, call);
    Reply reply;
    if (refused) {
        reply = std::move(*refused);
    } else if (call.target->operation == Operation::models) {
        reply = list_models();
    } else if (const auto found = deployments_.find(call.deployment); found != deployments_.end()) {
        reply = answer_from(found->second, call, now);
    } else {
        reply = unknown_deployment(options_, call);
    }
    add_identity(reply.headers, options_, next_id(call));
    return reply;
}

Reply Resource::answer_from(Deployment& deployment, const Call& call, TimePoint now) {
    std::optional<Reply> refused = check_prompt(options_, call, deployment.options);
    if (refused) { return std::move(*refused); }
    const auto& prompt = std::get<Prompt>(call.prompt);
    const auto estimate = estimate_tokens(call.target->operation, prompt);
    const Admission admission = deployment.meter.admit(estimate, now);
    if (admission != Admission::admitted) { return throttle(deployment, call, admission, now); }
    Reply reply;
    try {
        reply = compose(deployment, call);
    } catch (const Json::exception& error) {
        reply = bad_request(std::string("Invalid type in the request: ") + error.what(), "",
                            "invalid_type");
    }
    add_rate_limits(reply.headers, options_.kind, deployment.meter, now);
    if (options_.kind == Kind::azure) {
        reply.headers.emplace_back("x-ms-deployment-name", call.deployment);
    }
    return reply;
}

Reply Resource::throttle(const Deployment& deployment, const Call& call, Admission admission,
                         TimePoint now) const {
    const auto& prompt = std::get<Prompt>(call.prompt);
    const bool is_tokens = admission == Admission::over_tokens;
    const Meter::Reading reading = deployment.meter.read(now);
    const auto wait = is_tokens ? reading.tokens_reset : reading.requests_reset;
    const bool never_fits = is_tokens && estimate_tokens(call.target->operation, prompt) >
                                             deployment.meter.limits().tokens;
    const long long wait_ms = never_fits
                                  ? never_fits_ms
                                  : std::chrono::ceil<std::chrono::milliseconds>(wait).count();

    const bool is_in_stream = options_.throttle_form == "stream" && prompt.is_stream &&
                              call.target->operation == Operation::responses;
    if (is_in_stream) {
        Fault in_stream;
        in_stream.error_event = ErrorEvent::rate_limit;
        in_stream.hint = options_.throttle_hint;
        in_stream.retry_after_ms = wait_ms;
        Story nothing;
        nothing.choices.resize(1);
        return spoil(compose_story(Operation::responses, prompt, nothing, Envelope{}), in_stream);
    }
    RefusalContext context = refusal_context(options_, call);
    context.retry_after_s = (wait_ms + 999) / 1000;
    std::string form = options_.throttle_form == "stream" ? "v1_rate" : options_.throttle_form;
    if (form.empty() && options_.kind == Kind::openai) {
        form = is_tokens ? "openai_tokens" : "openai_requests";
    } else if (form.empty()) {
        form = is_tokens ? "token_rate" : "call_rate";
    }
    Reply reply = refuse(429, form, context);
    add_rate_limits(reply.headers, options_.kind, deployment.meter, now);
    add_hint(reply.headers, options_.throttle_hint, wait_ms);
    return reply;
}

Reply Resource::compose(Deployment& deployment, const Call& call) {
    const auto& prompt = std::get<Prompt>(call.prompt);
    const Operation operation = call.target->operation;
    if (prompt.text.find("sim:filter-prompt") != std::string::npos) {
        return refuse(400, "content_filter", refusal_context(options_, call));
    }
    if (operation == Operation::embeddings) {
        return compose_embeddings(prompt, deployment.options.model);
    }
    if (operation == Operation::responses && !is_stored(prompt)) {
        const auto previous = prompt.body.at("previous_response_id").get<std::string>();
        return bad_request("Previous response with id '" + previous + "' not found.",
                           "previous_response_id", "previous_response_not_found");
    }
    Story story = tell(prompt, options_.pace.tokens);
    story.usage.cached = cached_tokens(deployment.beginnings, prompt);
    if (is_reasoning_model(deployment.options.model)) {
        story.usage.reasoning = hidden_reasoning_tokens;
        story.usage.completion += hidden_reasoning_tokens;
    }
    const Envelope envelope = make_envelope(deployment, call);
    Reply reply = compose_story(operation, prompt, story, envelope);
    if (operation == Operation::responses) {
        reply.headers.emplace_back("x-ms-served-model", envelope.model);
        if (prompt.body.value("store", Json(true)) != false) {
            stored_responses_.push_back("resp_" + envelope.id);
        }
        if (stored_responses_.size() > stored_responses_max) { stored_responses_.pop_front(); }
    }
    return reply;
}

bool Resource::is_stored(const Prompt& prompt) const {
    const Json previous = prompt.body.value("previous_response_id", Json());
    return !previous.is_string() ||
           std::find(stored_responses_.begin(), stored_responses_.end(),
                     previous.get<std::string>()) != stored_responses_.end();
}

Envelope Resource::make_envelope(const Deployment& deployment, const Call& call) {
    Envelope envelope;
    const auto& prompt = std::get<Prompt>(call.prompt);
    const bool is_fixed = is_deterministic_ || call.is_deterministic;
    envelope.id = is_fixed ? padded_hex(fingerprint(prompt.text, prompt.seed)) : next_id(call);
    if (call.target->operation == Operation::chat) { envelope.id.insert(0, "chatcmpl-"); }
    if (call.target->operation == Operation::completions) { envelope.id.insert(0, "cmpl-"); }
    envelope.created = is_fixed ? fixed_creation_time : unix_time();
    envelope.model = snapshot_of(deployment.options.model);
    envelope.kind = options_.kind;
    return envelope;
}

std::string Resource::next_id(const Call& call) {
    ++ids_;
    const std::uint64_t number = fingerprint(options_.name + call.deployment, unix_time()) + ids_;
    return padded_hex(number) + padded_hex(number * 31);
}

Reply Resource::refuse_call(const Call& call, const Fault& fault) {
    RefusalContext context = refusal_context(options_, call);
    context.retry_after_s = (fault.retry_after_ms + 999) / 1000;
    Reply reply = refuse(fault.status, fault.form, context);
    add_identity(reply.headers, options_, next_id(call));
    return reply;
}

Reply Resource::list_models() const {
    Json models = Json::array();
    for (const auto& [name, deployment] : options_.deployments) {
        models.push_back({{"id", options_.kind == Kind::openai ? name : deployment.model},
                          {"object", "model"},
                          {"created", fixed_creation_time},
                          {"owned_by", "sim"}});
    }
    return compose_document({{"object", "list"}, {"data", std::move(models)}});
}

Counts& Resource::counts_of(const std::string& deployment) {
    const auto found = deployments_.find(deployment);
    return found == deployments_.end() ? elsewhere_ : found->second.counts;
}

Meter* Resource::meter_of(const std::string& deployment) {
    const auto found = deployments_.find(deployment);
    return found == deployments_.end() ? nullptr : &found->second.meter;
}

void Resource::reset(TimePoint now) {
    for (auto& [name, deployment] : deployments_) {
        deployment.meter = Meter(deployment.meter.limits(), now);
        const std::uint64_t still_open = deployment.counts.open_streams;
        deployment.counts = Counts{};
        deployment.counts.open_streams = still_open;
        deployment.beginnings.clear();
    }
    elsewhere_ = Counts{};
    connections_.accepted = 0;
    connections_.reset = 0;
}

Json Resource::stats() const {
    Json deployments = Json::object();
    for (const auto& [name, deployment] : deployments_) {
        Json shown = deployment.counts.to_json();
        shown["tokens_admitted"] = deployment.meter.tokens_admitted();
        shown["max_tokens_in_60s"] = deployment.meter.max_tokens_in_60s();
        shown["limits"] = {{"tpm", deployment.meter.limits().tokens},
                           {"rpm", deployment.meter.limits().requests}};
        deployments[name] = std::move(shown);
    }
    return {{"connections", connections_.to_json()},
            {"deployments", std::move(deployments)},
            {"elsewhere", elsewhere_.to_json()}};
}

}  // namespace spillway_sim
