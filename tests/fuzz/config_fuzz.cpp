// Whatever stands in a routing table, loading it ends with a table or with errors in the order of
// the file; what was loaded has no reference that leads nowhere.
#include "spillway/config_load.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

std::optional<std::string> variable(std::string_view name) {
    if (name == "KEY") { return std::string("0123456789abcdef"); }
    if (name == "EMPTY") { return std::string(); }
    return std::nullopt;
}

void require(bool condition) {
    if (!condition) { std::abort(); }
}

void require_references(const spillway::Config& config) {
    for (const auto& deployment : config.deployments) {
        require(spillway::index(deployment.resource) < config.resources.size());
    }
    for (const auto& route : config.routes) {
        require(!route.tiers.empty());
        for (const auto& tier : route.tiers) {
            require(!tier.empty());
            for (const auto id : tier) { require(spillway::index(id) < config.deployments.size()); }
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const spillway::LoadedConfig loaded = spillway::load_config(text, variable);

    bool refused = false;
    std::size_t line = 0;
    for (const spillway::ConfigIssue& issue : loaded.issues) {
        require(!issue.message.empty());
        require(issue.line >= line);
        line = issue.line;
        refused = refused || issue.severity == spillway::ConfigIssue::Severity::error;
        require(!spillway::describe(issue, "fuzz", text).empty());
    }
    require(loaded.config.has_value() != refused);
    if (loaded.config) {
        require(!loaded.config->listeners.empty());
        require_references(*loaded.config);
    }
    return 0;
}
