#include "app/admin_client.hpp"

#include "app/ask_once.hpp"
#include "config/address.hpp"
#include "identity/secret_file.hpp"
#include "identity/web_client.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <ostream>
#include <string_view>
#include <utility>

namespace spillway {

namespace {

constexpr Duration patience = std::chrono::seconds(5);
constexpr std::size_t answer_bytes_max = std::size_t{16} * 1024 * 1024;
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

/// `host:port`, `http://host:port` or `https://host:port`.
std::optional<Endpoint> endpoint_of(std::string_view address) {
    const bool tls = address.starts_with("https://");
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (address.starts_with(scheme)) { address.remove_prefix(scheme.size()); }
    }
    if (address.ends_with('/')) { address.remove_suffix(1); }
    const std::optional<Authority> authority = split_authority(address);
    if (!authority || !authority->port) { return std::nullopt; }
    return Endpoint{tls, authority->host, *authority->port, {}};
}

}  // namespace

AdminAnswer ask_admin(const AdminQuery& query, Terminal terminal) {
    std::optional<Endpoint> admin = endpoint_of(query.address);
    if (!admin) {
        terminal.err << query.command << ": --admin wants host:port or https://host:port, not `"
                     << query.address << "`\n";
        return {ExitCode::usage, 0, {}};
    }
    std::optional<std::string> authorization = authorization_of(query, terminal);
    if (!authorization) { return {ExitCode::usage, 0, {}}; }
    WebCall call;
    call.to = *std::move(admin);
    call.target = query.path;
    call.fields = Secret("X-Spillway-Admin: 1\r\n" + *std::move(authorization));
    call.json = query.json;
    call.body_max = answer_bytes_max;
    call.time = patience;
    Result<WebReply> reply = ask_once(call);
    if (!reply) {
        terminal.err << query.command << ": no answer from " << query.address << "\n";
        return {ExitCode::wrong_input, 0, {}};
    }
    return {ExitCode::fine, reply->status, std::move(reply->body)};
}

}  // namespace spillway
