// One question to a service, by a command that has nothing else to do.
#pragma once

#include "identity/web_client.hpp"
#include "spillway/result.hpp"

namespace spillway {

/// Blocks until there is an answer, or none in the call's time.
[[nodiscard]] Result<WebReply> ask_once(const WebCall& call);

}  // namespace spillway
