#include "telemetry/build_info.hpp"

namespace spillway {

BuildInfo build_info() noexcept {
#if defined(__clang__)
    return {SPILLWAY_VERSION, "clang " __clang_version__};
#else
    return {SPILLWAY_VERSION, "g++ " __VERSION__};
#endif
}

}  // namespace spillway
