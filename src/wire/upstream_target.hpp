// Path and query of an operation at an upstream, in each of the three URL forms
// (azure-protocol.md §1.1). Nothing of the caller's own URL is pasted into it but the api-version.
#pragma once

#include "spillway/operation.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway {

enum class UpstreamForm : std::uint8_t {
    azure,     ///< {base}/openai/deployments/{deployment}/{operation}?api-version=
    azure_v1,  ///< {base}/openai/v1/{operation}, `?api-version=` only when one is given
    openai,    ///< {base}/{operation}: the base path says which version
};

/// What a target is made of beside the operation. The texts are percent-encoded where they are put
/// in, `base_path` excepted: it is the endpoint's path as configured, without a trailing slash.
struct UpstreamNames {
    std::string_view deployment{};
    std::string_view base_path{};
    std::string_view api_version{};
};

/// Origin-form target for an operation. Classic responses has no deployment in its path: the body's
/// `model` selects there; the list of models belongs to the resource.
[[nodiscard]] std::string upstream_target(UpstreamForm form, Operation operation,
                                          const UpstreamNames& names);

}  // namespace spillway
