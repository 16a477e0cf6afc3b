#include "identity/strict_json.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace spillway {
namespace {

using Json = nlohmann::json;

/// Looks on while the text is read, and ends it at the first thing that is not strict.
class Strictness final : public nlohmann::json_sax<Json> {
public:
    bool null() override { return true; }
    bool boolean(bool /*value*/) override { return true; }
    bool number_integer(number_integer_t /*value*/) override { return true; }
    bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
    bool string(string_t& /*value*/) override { return true; }
    bool binary(binary_t& /*value*/) override { return false; }
    bool start_object(std::size_t /*size*/) override {
        names_.emplace_back();
        return deepen();
    }
    bool key(string_t& name) override { return names_.back().insert(name).second; }
    bool end_object() override {
        names_.pop_back();
        --depth_;
        return true;
    }
    bool start_array(std::size_t /*size*/) override { return deepen(); }
    bool end_array() override {
        --depth_;
        return true;
    }
    bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                     const Json::exception& /*error*/) override {
        return false;
    }

private:
    bool deepen() { return ++depth_ <= strict_json_depth_max; }

    std::vector<std::set<std::string>> names_;  // of the objects that are open
    std::size_t depth_ = 0;
};

}  // namespace

std::optional<Json> parse_strict_json(std::string_view text) {
    Strictness strictness;
    if (!Json::sax_parse(text, &strictness)) { return std::nullopt; }
    Json value = Json::parse(text, nullptr, false);
    return value.is_discarded() ? std::nullopt : std::optional(std::move(value));
}

}  // namespace spillway
