// The files of the status page, embedded by the build (cmake/embed_page.cmake): the program needs
// no folder beside it, and the page needs nothing from anywhere else.
#pragma once

#include <span>
#include <string_view>

namespace spillway {

struct PageAsset {
    std::string_view path;  ///< under which it is served
    std::string_view content_type;
    std::string_view content;
};

/// What a browser may do with the page: its own scripts, style, icon and questions, nothing inline,
/// no frame around it. Trusted Types forbid making markup of text, so that a name of the routing
/// table cannot become an element, whatever a later change of the page gets wrong.
inline constexpr std::string_view page_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

/// The page itself is `/`. Static storage.
[[nodiscard]] std::span<const PageAsset> page_assets() noexcept;

}  // namespace spillway
