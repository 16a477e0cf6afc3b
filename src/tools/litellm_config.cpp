#include "tools/litellm_config.hpp"

#include "config/yaml_reader.hpp"
#include "tools/litellm_advice.hpp"

#include <charconv>
#include <functional>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace spillway {

Leftover left_over(const YamlPlace& place, std::string why) {
    return {place.line, place.column, place.path, std::move(why)};
}

namespace {

using Kind = YamlNode::Kind;
using Leftovers = std::vector<Leftover>;

/// A key that we know: `take` says whether it could use the value.
struct Known {
    std::string_view key;
    std::function<bool(const YamlNode&)> take;
};

constexpr std::string_view
    unusable = "this value cannot be used, or another one counts before it; write it by hand";

/// Gives each key of `map` to who knows it. What nobody takes is left over.
void take_keys(const YamlNode& map, const std::vector<Known>& known, Leftovers& leftovers) {
    for (const auto& [key, value] : map.entries) {
        const Known* found = nullptr;
        for (const Known& each : known) {
            if (each.key == key.text) { found = &each; }
        }
        if (found == nullptr) {
            leftovers.push_back(left_over(key.place, litellm_advice(key.place.path)));
        } else if (!found->take(value) && value.kind != Kind::null) {
            leftovers.push_back(left_over(key.place, std::string(unusable)));
        }
    }
}

bool take_text(std::string& field, const YamlNode& value) {
    if (value.kind != Kind::scalar || value.text.empty()) { return false; }
    field = value.text;
    return true;
}

bool take_text(LitellmText& field, const YamlNode& value) {
    constexpr std::string_view marker = "os.environ/";
    if (value.kind != Kind::scalar || value.text.empty()) { return false; }
    field.is_variable = value.text.starts_with(marker);
    field.text = field.is_variable ? value.text.substr(marker.size()) : value.text;
    return field.is_given();
}

template <class Number>
bool take_number(std::optional<Number>& field, const YamlNode& value) {
    std::string digits;
    for (const char c : value.text) {
        if (c != '_') { digits += c; }  // YAML 1.1 lets them group digits
    }
    Number number{};
    const char* const end = digits.data() + digits.size();
    const auto [rest, trouble] = std::from_chars(digits.data(), end, number);
    if (value.kind != Kind::scalar || digits.empty() || trouble != std::errc() || rest != end) {
        return false;
    }
    // NaN compares false.
    if (!(number >= Number{0} && number <= Number{1'000'000'000'000})) { return false; }
    if (!field) { field = number; }  // the router's word counts before that of the others
    return *field == number;
}

template <class Number>
Known number(std::string_view key, std::optional<Number>& field) {
    return {key, [&field](const YamlNode& value) { return take_number(field, value); }};
}

Known seconds(std::string_view key, std::optional<double>& field, double most) {
    return {key, [&field, most](const YamlNode& value) {
                std::optional<double> read;
                const bool fits = take_number(read, value) && *read >= 0.01 && *read <= most;
                return fits && take_number(field, value);
            }};
}

Known words(std::string_view key, std::string& field) {
    return {key, [&field](const YamlNode& value) { return take_text(field, value); }};
}

Known words(std::string_view key, LitellmText& field) {
    return {key, [&field](const YamlNode& value) { return take_text(field, value); }};
}

/// A map below `key` that `take` reads.
Known map_at(std::string_view key, const std::function<void(const YamlNode&)>& take) {
    return {key, [take](const YamlNode& value) {
                if (value.kind != Kind::map) { return false; }
                take(value);
                return true;
            }};
}

/// `[{from: [to, ...]}, ...]`
bool take_fallbacks(const YamlNode& list, std::vector<LitellmFallback>& fallbacks,
                    Leftovers& leftovers) {
    if (list.kind != Kind::list) { return false; }
    for (const YamlNode& item : list.items) {
        if (item.kind != Kind::map) {
            leftovers.push_back(left_over(item.place, std::string(unusable)));
        }
        for (const auto& [from, targets] : item.entries) {
            LitellmFallback fallback{from.place, from.text, {}};
            for (const YamlNode& target : targets.items) {
                if (target.kind == Kind::scalar) {
                    fallback.to.push_back(target.text);
                } else {
                    leftovers.push_back(left_over(target.place, std::string(unusable)));
                }
            }
            if (targets.kind != Kind::list) {
                leftovers.push_back(left_over(from.place, std::string(unusable)));
            }
            fallbacks.push_back(std::move(fallback));
        }
    }
    return true;
}

/// `{alias: group, alias: {model: group, hidden: true}}`
bool take_aliases(const YamlNode& map, std::vector<LitellmAlias>& aliases, Leftovers& leftovers) {
    if (map.kind != Kind::map) { return false; }
    for (const auto& [alias, target] : map.entries) {
        std::string group;
        const YamlNode* const model = target.kind == Kind::map ? target.find("model") : &target;
        if (model == nullptr || !take_text(group, *model)) {
            leftovers.push_back(left_over(alias.place, std::string(unusable)));
            continue;
        }
        aliases.push_back({alias.place, alias.text, std::move(group)});
        for (const auto& [key, value] : target.entries) {
            if (key.text != "model") {
                leftovers.push_back(left_over(key.place, "aliases are listed like other names"));
            }
        }
    }
    return true;
}

constexpr double day = 86'400;
constexpr double hour = 3'600;

class Reading {
public:
    LitellmConfig run(const YamlNode& root) {
        const auto ignore = [this](const YamlNode& map) { take_keys(map, {}, leftovers()); };
        // First, wherever it stands.
        if (const YamlNode* router = root.find("router_settings")) { read_router(*router); }
        take_keys(root,
                  {{"model_list", [this](const YamlNode& list) { return read_models(list); }},
                   map_at("router_settings", [](const YamlNode&) {}),
                   map_at("litellm_settings", [this](const YamlNode& m) { read_library(m); }),
                   map_at("general_settings", ignore),
                   map_at("environment_variables", ignore)},
                  leftovers());
        return std::move(config_);
    }

private:
    Leftovers& leftovers() { return config_.leftovers; }

    bool read_models(const YamlNode& list) {
        if (list.kind != Kind::list) { return false; }
        for (const YamlNode& item : list.items) {
            if (config_.models.size() < litellm_models_max) {
                read_model(item);
            } else {
                leftovers().push_back(left_over(item.place, "more than " +
                                                                std::to_string(litellm_models_max) +
                                                                " models"));
            }
        }
        return true;
    }

    void read_model(const YamlNode& item) {
        LitellmModel model;
        model.place = item.place;
        take_keys(item,
                  {words("model_name", model.group),
                   map_at("litellm_params", [&](const YamlNode& m) { read_params(m, model); }),
                   map_at("model_info",
                          [this](const YamlNode& m) { take_keys(m, {}, leftovers()); }),
                   number("tpm", model.tpm), number("rpm", model.rpm)},
                  leftovers());
        if (model.group.empty() || model.model.empty()) {
            leftovers().push_back(left_over(item.place,
                                            "needs `model_name` and `litellm_params.model`"));
            return;
        }
        config_.models.push_back(std::move(model));
    }

    void read_params(const YamlNode& map, LitellmModel& model) {
        take_keys(map,
                  {words("model", model.model), words("custom_llm_provider", model.provider),
                   words("api_base", model.api_base), words("base_url", model.api_base),
                   words("api_key", model.api_key), words("api_version", model.api_version),
                   number("tpm", model.tpm), number("rpm", model.rpm),
                   number("weight", model.weight), number("order", model.order)},
                  leftovers());
    }

    Known fallbacks() {
        return {"fallbacks", [this](const YamlNode& list) {
                    return take_fallbacks(list, config_.fallbacks, leftovers());
                }};
    }

    Known aliases(std::string_view key) {
        return {key, [this](const YamlNode& map) {
                    return take_aliases(map, config_.aliases, leftovers());
                }};
    }

    void read_router(const YamlNode& map) {
        LitellmRouter& router = config_.router;
        std::vector<Known> known{number("num_retries", router.num_retries),
                                 number("allowed_fails", router.allowed_fails),
                                 seconds("timeout", router.timeout, day),
                                 seconds("stream_timeout", router.stream_timeout, day),
                                 seconds("cooldown_time", router.cooldown_time, hour),
                                 fallbacks(),
                                 aliases("model_group_alias")};
        // The default of LiteLLM, and what tiers with weights do.
        const YamlNode* const strategy = map.find("routing_strategy");
        if (strategy != nullptr && strategy->text == "simple-shuffle") {
            known.push_back({"routing_strategy", [](const YamlNode&) { return true; }});
        }
        take_keys(map, known, leftovers());
    }

    void read_library(const YamlNode& map) {
        LitellmRouter& router = config_.router;
        take_keys(map,
                  {number("num_retries", router.num_retries),
                   number("allowed_fails", router.allowed_fails),
                   seconds("request_timeout", router.timeout, day),
                   seconds("cooldown_time", router.cooldown_time, hour), fallbacks(),
                   aliases("model_alias_map")},
                  leftovers());
    }

    LitellmConfig config_;
};

}  // namespace

std::optional<LitellmConfig> read_litellm(std::string_view yaml, Issues& issues) {
    const std::optional<YamlNode> root = read_yaml(yaml, issues, MergeKeys::apply);
    if (!root || issues.has_errors()) { return std::nullopt; }
    const YamlNode* const models = root->find("model_list");
    if (models == nullptr || models->kind != YamlNode::Kind::list) {
        issues.error({1, 1, {}}, "has no `model_list`, so it is no configuration of LiteLLM");
        return std::nullopt;
    }
    return Reading().run(*root);
}

}  // namespace spillway
