// What holds of every imported table, wherever it came from.
#pragma once

#include "config/yaml_reader.hpp"
#include "spillway/config_load.hpp"
#include "tools/table_text.hpp"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

/// Aborts unless the loader accepts the draft as a table, given that there is any route in it.
inline void require_loadable(const TableDraft& draft) {
    const std::string text = table_text(draft);
    if (draft.sections.back().entries.empty() || text.size() > yaml_bytes_max) { return; }
    // Is an endpoint, a key and an API version; there is no proxy.
    const auto variable = [](std::string_view name) {
        const bool proxy = name.ends_with("_proxy") || name.ends_with("_PROXY");
        return proxy ? std::nullopt : std::optional<std::string>("https://host.test");
    };
    const LoadedConfig loaded = load_config(text, variable);
    if (loaded.config) { return; }
    for (const ConfigIssue& issue : loaded.issues) {
        std::fprintf(stderr, "%s\n", describe(issue, "table", text).c_str());
    }
    std::abort();
}

}  // namespace spillway
