#include "app/admin_client.hpp"

#include "config/address.hpp"
#include "identity/secret_file.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <ostream>
#include <string_view>

namespace spillway {

namespace {

constexpr std::chrono::seconds patience{5};
constexpr std::string_view version = "HTTP/1.1 ";
constexpr const char* token_variable = "SPILLWAY_ADMIN_TOKEN";

Secret token_of(const AdminPass& pass) {
    if (!pass.token_file.empty()) { return read_key_file(pass.token_file); }
    const char* const text = std::getenv(token_variable);
    return Secret(text == nullptr ? "" : text);
}

/// The field's line, empty without a token; none when `terminal` was told why.
std::optional<std::string> authorization_of(const AdminQuery& query, Terminal terminal) {
    const std::string& file = query.pass.token_file;
    const Secret token = token_of(query.pass);
    if (token.empty() && file.empty()) { return std::string(); }
    if (token.empty()) {
        terminal.err << query.command << ": there is no token in " << file << "\n";
        return std::nullopt;
    }
    if (std::ranges::any_of(token.reveal(), [](char c) { return c <= ' ' || c >= 0x7F; })) {
        terminal.err << query.command << ": $" << token_variable
                     << " holds a blank or a line break, so it is no token\n";
        return std::nullopt;
    }
    return "Authorization: Bearer " + token.reveal() + "\r\n";
}

std::string request_text(const AdminQuery& query, const std::string& authorization) {
    const std::string fields = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                               authorization;
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
    const std::optional<std::string> authorization = authorization_of(query, terminal);
    if (!authorization) { return {ExitCode::usage, 0, {}}; }
    const std::string text = fetch(*admin, request_text(query, *authorization));
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
