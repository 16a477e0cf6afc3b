// No target makes the path parser let a separator into a name or the name out of its segment: what
// it accepts is sent upstream, read back, and must still be the same operation and deployment.

#include "wire/api_path.hpp"
#include "wire/upstream_target.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace spillway;

void require(bool condition) {
    if (!condition) { std::abort(); }
}

void check_round_trip(const ApiPath& path) {
    const std::string target = upstream_target(UpstreamForm::azure, path.operation,
                                               {path.deployment, "", path.api_version});
    const auto read = parse_api_path(Method::post, target, Upgrade::none);
    require(std::holds_alternative<ApiPath>(read));
    const ApiPath& back = std::get<ApiPath>(read);
    require(back.operation == path.operation && back.surface == Surface::azure);
    require(back.api_version == path.api_version);
    require(path.operation == Operation::responses || back.deployment == path.deployment);
}

void check_accepted(const ApiPath& path) {
    for (const char c : path.deployment) {
        require(c >= 0x20 && c < 0x7F && c != '/' && c != '\\' && c != '%');
    }
    require(path.deployment != "." && path.deployment != "..");
    // Without a deployment the classic path would be another one: the body's model names it then.
    if (is_inference(path.operation) && !path.deployment.empty()) { check_round_trip(path); }
}

void check_refused(const PathError& error) {
    require(error.status == 400 || error.status == 404 || error.status == 405 ||
            error.status == 426);
    require(!error.code.empty() && error.message.size() < 600);
    require((error.status == 405) == !error.allow.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) { return 0; }
    const auto method = static_cast<Method>(data[0] % 7U);
    const Upgrade upgrade = (data[0] & 0x80U) != 0 ? Upgrade::websocket : Upgrade::none;
    const std::string_view target(reinterpret_cast<const char*>(data) + 1, size - 1);

    const auto answer = parse_api_path(method, target, upgrade);
    if (const auto* const path = std::get_if<ApiPath>(&answer)) { check_accepted(*path); }
    if (const auto* const error = std::get_if<PathError>(&answer)) { check_refused(*error); }
    return 0;
}
