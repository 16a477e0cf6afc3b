#include "app/health_command.hpp"

#include "app/admin_client.hpp"

#include <ostream>

namespace spillway {

ExitCode health(const std::string& address, const std::string& path, const AdminPass& pass,
                Terminal terminal) {
    const AdminAnswer answer = ask_admin({"spillway health", address, path, {}, pass}, terminal);
    if (answer.status == 0) { return answer.code; }
    terminal.out << answer.body;
    return answer.status == 200 ? ExitCode::fine : ExitCode::wrong_input;
}

}  // namespace spillway
