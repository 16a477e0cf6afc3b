// How a command asks a running gateway: one request to its admin listener. Shared by the commands
// that do.
#pragma once

#include "app/terminal.hpp"

#include <optional>
#include <string>

namespace spillway {

/// Where the gateway in docs and examples listens for operators.
inline constexpr const char* usual_admin = "127.0.0.1:9091";

/// What shows that we may ask; both empty: nothing is shown.
struct AdminPass {
    std::string token_file;  ///< holds the token; empty: $SPILLWAY_ADMIN_TOKEN does
};

struct AdminQuery {
    std::string command;  ///< "spillway health": begins every message
    std::string address;  ///< as given after --admin: `host:port`, perhaps with a scheme
    std::string path;
    std::string json{};  ///< not empty: POST
    AdminPass pass{};
};

struct AdminAnswer {
    ExitCode code = ExitCode::fine;  ///< `usage`: no address, no token in its file; `wrong_input`:
                                     ///< nobody answered
    int status = 0;                  ///< 0: no answer, and `terminal` has been told why
    std::string body;
};

/// Waits five seconds for a connection and five for the answer. `https://`: verified against the
/// system's authorities, or $SSL_CERT_FILE. Otherwise a token is sent in the clear, to whoever
/// listens there.
[[nodiscard]] AdminAnswer ask_admin(const AdminQuery& query, Terminal terminal);

}  // namespace spillway
