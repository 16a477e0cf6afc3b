#include "tools/litellm_upstream.hpp"

#include "config/endpoint.hpp"
#include "config/interpolate.hpp"
#include "tools/draft_names.hpp"
#include "tools/table_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace spillway {

namespace {

using boost::system::in_place_error;
using Trouble = std::string;  // empty: none

/// What LiteLLM calls those who speak as OpenAI does.
constexpr std::array<std::string_view, 8> compatible = {
    "openai",      "text-completion-openai", "custom_openai", "openai_like",
    "hosted_vllm", "litellm_proxy",          "lm_studio",     "vllm"};

/// Names without a provider that LiteLLM knows as OpenAI's.
constexpr std::array<std::string_view, 8> open_ai_names = {
    "gpt-", "o1", "o3", "o4", "chatgpt-", "text-embedding-", "davinci-", "babbage-"};

/// Parts of Azure model names that only tell LiteLLM how to ask.
constexpr std::array<std::string_view, 3> azure_markers = {"responses/", "o_series/",
                                                           "gpt5_series/"};

template <class List>
bool begins_with_one(std::string_view text, const List& starts) {
    return std::ranges::any_of(starts, [text](auto start) { return text.starts_with(start); });
}

template <class List>
bool is_one(std::string_view text, const List& words) {
    return std::ranges::find(words, text) != words.end();
}

/// Provider and name. Without a provider: an empty one.
std::pair<std::string, std::string> taken_apart(const LitellmModel& model) {
    const std::size_t slash = model.model.find('/');
    const std::string prefix = model.model.substr(0, slash == std::string::npos ? 0 : slash);
    if (!model.provider.empty()) {
        const bool is_said_twice = prefix == model.provider;
        return {model.provider, is_said_twice ? model.model.substr(slash + 1) : model.model};
    }
    if (slash == std::string::npos) { return {{}, model.model}; }
    return {prefix, model.model.substr(slash + 1)};
}

Trouble choose_kind(const LitellmModel& model, LitellmUpstream& upstream) {
    auto [provider, name] = taken_apart(model);
    if (provider.empty() && begins_with_one(name, open_ai_names)) {
        provider = "openai";
        upstream.kind_note = "assumed: the name is one of OpenAI's";
    }
    if (provider == "azure" || provider == "azure_text") {
        upstream.kind = ResourceKind::azure;
        for (const std::string_view marker : azure_markers) {
            if (name.starts_with(marker)) { name.erase(0, marker.size()); }
        }
    } else if (!is_one(provider, compatible)) {
        return provider.empty() ? "names no provider"
                                : "the provider `" + provider +
                                      "` is not served; stay with LiteLLM for it, or name an "
                                      "OpenAI-compatible endpoint of its";
    }
    if (name.empty()) { return "names no model"; }
    upstream.deployment = std::move(name);
    return {};
}

/// What LiteLLM reads from the environment when an entry says nothing.
void complete(const LitellmModel& model, LitellmUpstream& upstream, LitellmText& base) {
    const bool is_azure = upstream.kind == ResourceKind::azure;
    base = model.api_base;
    upstream.api_key = model.api_key;
    upstream.api_version = model.api_version;
    const bool is_open_ai = !is_azure && taken_apart(model).first == "openai";
    const bool has_default = is_azure || is_open_ai || !upstream.kind_note.empty();
    if (!base.is_given() && has_default) {
        base = is_azure ? LitellmText{"AZURE_API_BASE", true}
                        : LitellmText{"https://api.openai.com/v1", false};
        upstream.endpoint_note = "no api_base in the input: LiteLLM's default";
    }
    if (!upstream.api_key.is_given() && has_default) {
        upstream.api_key = {is_azure ? "AZURE_API_KEY" : "OPENAI_API_KEY", true};
        upstream.key_note = "no api_key in the input: LiteLLM's default";
    }
}

void cut_path(Endpoint& endpoint, LitellmUpstream& upstream) {
    const std::size_t cut = endpoint.path.find("/openai");
    if (upstream.kind != ResourceKind::azure || cut == std::string::npos) { return; }
    if (std::string_view(endpoint.path).substr(cut).starts_with("/openai/v1")) {
        upstream.kind = ResourceKind::azure_v1;
        upstream.kind_note = "api_base ends in /openai/v1";
    }
    endpoint.path.erase(cut);
}

Trouble choose_endpoint(const LitellmText& base, LitellmUpstream& upstream) {
    if (!base.is_given()) { return "needs an `api_base`"; }
    if (base.is_variable) {
        if (!is_variable_name(base.text)) { return "`api_base` names no variable"; }
        upstream.endpoint = yaml_variable(base.text);
        upstream.wanted_name = name_after_variable(base.text);
        return {};
    }
    const std::string without_query = base.text.substr(0, base.text.find('?'));
    auto endpoint = parse_endpoint(without_query);
    if (!endpoint) { return "`api_base` " + endpoint.error().message; }
    cut_path(*endpoint, upstream);
    if (upstream.kind == ResourceKind::openai && endpoint->host == "api.openai.com" &&
        endpoint->path.empty()) {
        endpoint->path = "/v1";
    }
    if (const auto complaint = refuse_path(*endpoint, upstream.kind)) {
        return "`api_base`: " + complaint->message + "; " + complaint->suggestion;
    }
    upstream.endpoint = yaml_text(endpoint_url(*endpoint, endpoint->path));
    const std::string& host = endpoint->host;
    const bool is_azure = upstream.kind != ResourceKind::openai && host.ends_with(".com");
    upstream.wanted_name = is_azure ? host.substr(0, host.find('.')) : host;
    return {};
}

/// Only the classic surface of Azure has versions.
Trouble choose_version(LitellmUpstream& upstream) {
    static constexpr std::array<std::string_view, 3> of_v1 = {"v1", "latest", "preview"};
    LitellmText& version = upstream.api_version;
    if (upstream.kind == ResourceKind::azure && !version.is_variable &&
        is_one(version.text, of_v1)) {
        upstream.kind = ResourceKind::azure_v1;
        upstream.kind_note = "api_version " + version.text + " stands for /openai/v1";
    }
    if (upstream.kind != ResourceKind::azure) { version = {}; }
    if (version.is_variable && !is_variable_name(version.text)) {
        return "`api_version` names no variable";
    }
    return {};
}

}  // namespace

boost::system::result<LitellmUpstream, std::string> litellm_upstream(const LitellmModel& model) {
    LitellmUpstream upstream;
    LitellmText base;
    Trouble trouble = choose_kind(model, upstream);
    if (trouble.empty()) {
        complete(model, upstream, base);
        trouble = choose_endpoint(base, upstream);
    }
    if (trouble.empty()) { trouble = choose_version(upstream); }
    if (trouble.empty() && upstream.api_key.is_variable &&
        !is_variable_name(upstream.api_key.text)) {
        trouble = "`api_key` names no variable";
    }
    if (!trouble.empty()) { return {in_place_error, std::move(trouble)}; }
    return upstream;
}

}  // namespace spillway
