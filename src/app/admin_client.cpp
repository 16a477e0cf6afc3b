#include "app/admin_client.hpp"

#include "config/address.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <charconv>
#include <chrono>
#include <iterator>
#include <ostream>
#include <string_view>

namespace spillway {

namespace {

constexpr std::chrono::seconds patience{5};
constexpr std::string_view version = "HTTP/1.1 ";

std::string request_text(const AdminQuery& query) {
    const std::string fields = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    if (query.json.empty()) { return "GET " + query.path + fields + "\r\n"; }
    return "POST " + query.path + fields +
           "X-Spillway-Admin: 1\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(query.json.size()) + "\r\n\r\n" + query.json;
}

/// The whole answer; empty when there was none in time.
std::string fetch(const Authority& admin, const std::string& request) {
    boost::asio::ip::tcp::iostream stream;
    stream.expires_after(patience);
    stream.connect(admin.host, std::to_string(*admin.port));
    stream << request << std::flush;
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string_view without_scheme(std::string_view address) {
    constexpr std::string_view scheme = "http://";
    if (address.starts_with(scheme)) { address.remove_prefix(scheme.size()); }
    if (address.ends_with('/')) { address.remove_suffix(1); }
    return address;
}

}  // namespace

AdminAnswer ask_admin(const AdminQuery& query, Terminal terminal) {
    const std::optional<Authority> admin = split_authority(without_scheme(query.address));
    if (!admin || !admin->port) {
        terminal.err << query.command << ": --admin wants host:port, not `" << query.address
                     << "`\n";
        return {ExitCode::usage, 0, {}};
    }
    const std::string text = fetch(*admin, request_text(query));
    AdminAnswer answer;
    if (text.starts_with(version)) {
        const char* const digits = text.data() + version.size();
        std::from_chars(digits, text.data() + text.size(), answer.status);
    }
    if (answer.status == 0) {
        terminal.err << query.command << ": no answer from " << query.address << "\n";
        return {ExitCode::wrong_input, 0, {}};
    }
    const std::size_t body = text.find("\r\n\r\n");
    if (body != std::string::npos) { answer.body = text.substr(body + 4); }
    return answer;
}

}  // namespace spillway
