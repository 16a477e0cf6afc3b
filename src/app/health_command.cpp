#include "app/health_command.hpp"

#include "config/address.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <iterator>
#include <ostream>

namespace spillway {

namespace {

constexpr std::chrono::seconds patience{5};
constexpr std::string_view ok_line = "HTTP/1.1 200 ";

/// The whole answer; empty when there was none in time.
std::string fetch(const std::string& host, std::uint16_t port, const std::string& path) {
    boost::asio::ip::tcp::iostream stream;
    stream.expires_after(patience);
    stream.connect(host, std::to_string(port));
    stream << "GET " << path << " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
           << std::flush;
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

ExitCode health(const std::string& address, const std::string& path, Terminal terminal) {
    const std::optional<Authority> admin = split_authority(address);
    if (!admin || !admin->port) {
        terminal.err << "spillway health: --admin wants host:port, not `" << address << "`\n";
        return ExitCode::usage;
    }
    const std::string answer = fetch(admin->host, *admin->port, path);
    if (answer.empty()) {
        terminal.err << "spillway health: no answer from " << address << "\n";
        return ExitCode::wrong_input;
    }
    const std::size_t body = answer.find("\r\n\r\n");
    if (body != std::string::npos) { terminal.out << answer.substr(body + 4); }
    return answer.starts_with(ok_line) ? ExitCode::fine : ExitCode::wrong_input;
}

}  // namespace spillway
