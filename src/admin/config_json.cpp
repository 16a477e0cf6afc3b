#include "admin/config_json.hpp"

#include <nlohmann/json.hpp>

namespace spillway {

std::string config_json(std::string_view hash, const std::map<SettingsOf, Settings>& settings) {
    using Json = nlohmann::ordered_json;
    Json document{{"hash", hash}, {"process", Json::object()}};
    for (const auto& [of, values] : settings) {
        for (const auto& [key, value] : values) {
            if (of.name.empty()) {
                document["process"][of.section + key] = value;
            } else {
                document[of.section][of.name][key] = value;
            }
        }
    }
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace spillway
