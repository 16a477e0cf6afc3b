// Every URL form that OpenAI and Azure SDKs send (azure-protocol.md §1, field-notes.md §5), to one
// answer: which operation, which deployment name, which api-version; or a 404 that says what the
// base URL should be.
#pragma once

#include "spillway/operation.hpp"
#include "wire/head.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace spillway {

enum class Surface : std::uint8_t {
    azure,     ///< /openai/deployments/{d}/... or /openai/... : dated api-version
    azure_v1,  ///< /openai/v1/...
    openai,    ///< /v1/... or bare /...
};

struct ApiPath {
    Operation operation{};
    Surface surface{};
    /// Percent-decoded once and validated; empty: the body's `model` routes. For models_get the
    /// model that was asked for.
    std::string deployment{};
    std::string_view api_version{};  ///< view into the target; empty when absent
    std::string_view query{};        ///< without `?`; credentials in it (api-key=) never forwarded
};

struct PathError {
    int status = 404;          ///< 400 (escapes), 404, 405, 426 (WebSocket probe)
    std::string_view code{};   ///< OpenAI-style error code, static
    std::string message{};     ///< for the caller: "You sent X; base URL should be Y"
    std::string_view allow{};  ///< value of an Allow field for 405, static; empty otherwise
};

/// What the head's Upgrade field asks for, as far as it matters here.
enum class Upgrade : std::uint8_t { none, websocket };

/// Where the caller thinks this gateway is: its Host field, and how it connected. For messages
/// only.
struct OwnAddress {
    std::string_view scheme = "http";
    std::string_view host = "<this host>";
};

/// Collapses `//`, tolerates a trailing slash, matches by exact segments. A WebSocket asked for on
/// `responses` is answered 426 so that Codex falls back at once (field-notes.md §0.6).
[[nodiscard]] std::variant<ApiPath, PathError> parse_api_path(Method method,
                                                              std::string_view target,
                                                              Upgrade upgrade,
                                                              const OwnAddress& own = {});

/// Value of the first `key=` of a query, as it came (not decoded); empty when absent.
[[nodiscard]] std::string_view query_value(std::string_view query, std::string_view key) noexcept;

}  // namespace spillway
