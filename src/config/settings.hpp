// A loaded table taken apart again: every value as the table would spell it, under the entry it
// belongs to. For what has to show or compare whole tables; keys are not in it.
#pragma once

#include "spillway/config.hpp"

#include <map>
#include <string>

namespace spillway {

/// A named entry: section and name; or a section of the process, whose name is empty.
struct SettingsOf {
    std::string section;  ///< "resource", "deployment", "route", "credential"; or "limits" ...
    std::string name;
    friend auto operator<=>(const SettingsOf&, const SettingsOf&) = default;
};

/// Key (`timeouts.connect`) to value (`2s`).
using Settings = std::map<std::string, std::string>;

[[nodiscard]] std::map<SettingsOf, Settings> settings(const Config& config);

}  // namespace spillway
