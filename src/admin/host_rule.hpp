// Which Host a browser may have meant when it reached the admin listener. A web page cannot read
// this listener's answers unless its own name has been made to resolve here (DNS rebinding); then
// the Host field carries that name, and the request is refused.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace spillway {

/// True for an absent Host, IP literals, names without a dot (localhost, a container's name) and
/// names under `.localhost`, `.local` and `.internal`, which nobody can register, and the names in
/// `own`; each with or without a port.
[[nodiscard]] bool is_own_host(std::string_view host, std::span<const std::string> own);

}  // namespace spillway
