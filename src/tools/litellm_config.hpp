// A LiteLLM proxy's config.yaml as values: what a routing table can have, and with its path and a
// word on what to do instead, everything else.
#pragma once

#include "config/issues.hpp"
#include "tools/table_draft.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway {

inline constexpr std::size_t litellm_models_max = 1000;

/// A text, or with `os.environ/NAME` the variable that holds it.
struct LitellmText {
    std::string text;  ///< empty: not given
    bool is_variable = false;

    [[nodiscard]] bool is_given() const { return !text.empty(); }
    friend bool operator==(const LitellmText&, const LitellmText&) = default;
};

/// One entry of model_list.
struct LitellmModel {
    YamlPlace place;
    std::string group;     ///< model_name: what callers ask for
    std::string model;     ///< litellm_params.model, with its provider
    std::string provider;  ///< custom_llm_provider; empty: that of `model`
    LitellmText api_base;
    LitellmText api_key;
    LitellmText api_version;
    std::optional<std::int64_t> tpm;
    std::optional<std::int64_t> rpm;
    std::optional<std::int64_t> weight;
    std::optional<std::int64_t> order;
};

/// Another group answers when this one cannot.
struct LitellmFallback {
    YamlPlace place;
    std::string from;
    std::vector<std::string> to;
};

struct LitellmAlias {
    YamlPlace place;
    std::string alias;
    std::string group;
};

/// Settings of the router; those of litellm_settings where the router has none.
struct LitellmRouter {
    std::optional<std::int64_t> num_retries;
    std::optional<std::int64_t> allowed_fails;
    std::optional<double> timeout;  ///< seconds, like the others
    std::optional<double> stream_timeout;
    std::optional<double> cooldown_time;
};

struct LitellmConfig {
    std::vector<LitellmModel> models;
    std::vector<LitellmFallback> fallbacks;
    std::vector<LitellmAlias> aliases;
    LitellmRouter router;
    std::vector<Leftover> leftovers;
};

/// Nothing when `issues` has an error.
[[nodiscard]] std::optional<LitellmConfig> read_litellm(std::string_view yaml, Issues& issues);

[[nodiscard]] Leftover left_over(const YamlPlace& place, std::string why);

}  // namespace spillway
