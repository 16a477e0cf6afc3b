// POST /reload: the table is read again now, and the answer says what that changed or why it
// changed nothing.
#pragma once

#include "admin/admin_call.hpp"
#include "spillway/gateway.hpp"

#include <functional>

namespace spillway {

/// 200 with `{"changes": [...]}`, or 422 with the error.
[[nodiscard]] AdminAction reload_action(std::function<Reload()> reread);

}  // namespace spillway
