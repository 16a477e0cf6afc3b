// POST /explain: which deployments a request would be sent to now. The answer is made by
// tools/explain; here it meets the admin listener.
#pragma once

#include "admin/admin_call.hpp"
#include "fleet/fleet.hpp"

#include <functional>
#include <memory>

namespace spillway {

/// `snapshot` gives the table in use; called on the admin thread, never null.
[[nodiscard]] AdminAction explain_action(std::function<std::shared_ptr<const Fleet>()> snapshot);

}  // namespace spillway
