// Token usage as an upstream reported it.
#pragma once

#include "spillway/ids.hpp"

namespace spillway {

/// `cached_input` is a subset of `input`, `reasoning_output` of `output` (azure-protocol.md §9).
struct Usage {
    Tokens input = 0;
    Tokens output = 0;
    Tokens cached_input = 0;
    Tokens reasoning_output = 0;

    [[nodiscard]] Tokens total() const noexcept { return input + output; }
    friend bool operator==(const Usage&, const Usage&) = default;
};

}  // namespace spillway
