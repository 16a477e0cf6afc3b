// Puts a deployment's name into a body whose `model` routes. Apart from inspect because it is done
// once per attempt, with another name each time, and only where the upstream routes by the body.
#pragma once

#include "wire/inspect.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway {

/// A body in the three pieces in which it is sent. The views are of the caller's body.
struct SplicedBody {
    std::string_view before;
    std::string inserted;
    std::string_view after;

    [[nodiscard]] std::size_t size() const noexcept {
        return before.size() + inserted.size() + after.size();
    }
};

/// `model_json` (with its quotes) in place of the caller's model or, where `seen` has none because
/// the path named the deployment, as the first member. `body` is the one that was inspected, an
/// object; every other byte stays.
[[nodiscard]] SplicedBody splice_model(std::string_view body, const Inspection& seen,
                                       std::string_view model_json);

}  // namespace spillway
