#include "config/address.hpp"
#include "config/checks.hpp"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace spillway {

namespace {

/// `node`: what has the `tls`.
void check_files(const YamlNode& node, const ListenerTls& tls, Issues& issues) {
    check_readable(nearest(node, {"tls", "certificate"}).place, tls.certificate, issues);
    check_readable(nearest(node, {"tls", "key"}).place, tls.key, issues);
    check_readable(nearest(node, {"tls", "client_ca"}).place, tls.client_ca, issues);
}

void check_addresses(const Loaded& loaded, Issues& issues) {
    using Address = std::pair<std::string, std::uint16_t>;
    const AdminConfig& admin = loaded.config().admin;
    std::vector<Address> taken{{admin.host, admin.port}};
    for (std::size_t i = 0; i < loaded.config().listeners.size(); ++i) {
        const ListenerConfig& listener = loaded.config().listeners[i];
        const Address address{listener.host, listener.port};
        const YamlPlace& place = nearest(listener_node(loaded.root, i), {"address"}).place;
        for (const Address& other : taken) {
            if (address != other || address.second == 0) { continue; }
            issues.error(place, "another listener has this address already",
                         &other == &taken.front() ? "it is `admin.listen`" : "");
        }
        taken.push_back(address);
    }
}

void check_admin(const Loaded& loaded, Issues& issues) {
    const AdminConfig& admin = loaded.config().admin;
    const bool by_token = admin.token.kind != SecretSource::Kind::none;
    const bool by_certificate = admin.tls && !admin.tls->client_ca.empty();
    if (!is_loopback(admin.host) && !by_token && !by_certificate) {
        issues.error(nearest(loaded.root, {"admin", "listen"}).place,
                     "the admin listener can be reached from other machines and asks for no token",
                     "listen on 127.0.0.1, or write `token: {file: PATH}`, `token: {env: NAME}` or "
                     "`tls` with a `client_ca`");
    }
    if (admin.tls) { check_files(nearest(loaded.root, {"admin"}), *admin.tls, issues); }
}

// Two streams in one file would tear each other's lines, and one of them is a chain.
void check_streams(const Loaded& loaded, Issues& issues) {
    const Config& config = loaded.config();
    if (config.audit.to == "off" || config.audit.to != config.log.access) { return; }
    issues.error(nearest(loaded.root, {"audit", "to"}).place,
                 "the access log is written to " + config.audit.to + ", too",
                 "give one of them a file of its own, or write `log: {access: stderr}`");
}

void check_listener_files(const Loaded& loaded, Issues& issues) {
    for (std::size_t i = 0; i < loaded.config().listeners.size(); ++i) {
        const auto& tls = loaded.config().listeners[i].tls;
        if (!tls) { continue; }
        const YamlNode& node = listener_node(loaded.root, i);
        check_files(node, *tls, issues);
    }
}

void check_policies(const Loaded& loaded, Issues& issues) {
    const Config& config = loaded.config();
    if (config.breaker.open_base > config.breaker.open_max) {
        issues.error(nearest(loaded.root, {"breaker", "open_base"}).place,
                     "is longer than `breaker.open_max`, " +
                         format_amount(config.breaker.open_max.count(), Unit::duration));
    }
    if (config.cooldown.base > config.cooldown.cap) {
        issues.error(nearest(loaded.root, {"cooldown", "base"}).place,
                     "is longer than `cooldown.cap`, " +
                         format_amount(config.cooldown.cap.count(), Unit::duration));
    }
}

}  // namespace

const YamlNode& listener_node(const YamlNode& root, std::size_t index) {
    const YamlNode& listen = *root.find("listen");
    return listen.kind == YamlNode::Kind::list ? listen.items[index] : listen;
}

void check_readable(const YamlPlace& place, const std::string& path, Issues& issues) {
    if (path.empty()) { return; }
    std::error_code ec;
    const auto status = std::filesystem::status(path, ec);
    if (!std::filesystem::exists(status)) {
        issues.missing(place, "there is no file " + path);
    } else if (!std::filesystem::is_regular_file(status)) {
        issues.missing(place, path + " is not a file");
    } else if (access(path.c_str(), R_OK) != 0) {
        issues.missing(place, path + " cannot be read by this user");
    }
}

void check_process(const Loaded& loaded, Issues& issues) {
    if (!issues.has_errors_below("listen") && !issues.has_errors_below("admin")) {
        check_addresses(loaded, issues);
        check_admin(loaded, issues);
        check_listener_files(loaded, issues);
    }
    if (!issues.has_errors_below("log") && !issues.has_errors_below("audit")) {
        check_streams(loaded, issues);
    }
    if (!issues.has_errors_below("breaker") && !issues.has_errors_below("cooldown")) {
        check_policies(loaded, issues);
    }
}

}  // namespace spillway
