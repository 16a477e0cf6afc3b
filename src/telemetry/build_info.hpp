// Which build this is: for `version`, /version and spillway_build_info. Separate, because the
// version is the build system's to say.
#pragma once

#include <string_view>

namespace spillway {

struct BuildInfo {
    std::string_view version;   ///< of the project, e.g. "0.1.0"
    std::string_view compiler;  ///< e.g. "g++ 12.2.0"
};

[[nodiscard]] BuildInfo build_info() noexcept;

}  // namespace spillway
