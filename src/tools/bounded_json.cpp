#include "tools/bounded_json.hpp"

#include <algorithm>
#include <exception>

namespace spillway {

namespace {

using Json = nlohmann::ordered_json;
using boost::system::in_place_error;
using boost::system::in_place_value;

struct TooDeep : std::exception {};

}  // namespace

boost::system::result<Json, JsonFault> read_json(std::string_view text, int depth_max) {
    const auto bounded = [depth_max](int depth, Json::parse_event_t, const Json&) {
        if (depth > depth_max) { throw TooDeep(); }
        return true;
    };
    try {
        return {in_place_value, Json::parse(text.begin(), text.end(), bounded)};
    } catch (const TooDeep&) {
        return {in_place_error, JsonFault{JsonFault::Kind::too_deep, 0}};
    } catch (const Json::parse_error& error) {
        // It counts the bytes read, the wrong one included.
        const std::size_t offset = std::min(std::max<std::size_t>(error.byte, 1) - 1, text.size());
        return {in_place_error, JsonFault{JsonFault::Kind::syntax, offset}};
    } catch (const Json::exception&) {
        return {in_place_error, JsonFault{JsonFault::Kind::syntax, 0}};
    }
}

}  // namespace spillway
