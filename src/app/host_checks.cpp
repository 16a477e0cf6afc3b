#include "app/host_checks.hpp"

#include "app/port_check.hpp"
#include "app/process_settings.hpp"
#include "identity/secret_file.hpp"
#include "net/tls.hpp"
#include "tools/host_diagnosis.hpp"

#include <sys/resource.h>

#include <chrono>
#include <optional>
#include <string>

namespace spillway {

namespace {

std::string address_text(const std::string& host, std::uint16_t port) {
    const bool is_v6 = host.find(':') != std::string::npos;
    return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Diagnosis check_descriptors(const Config& config) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return diagnose_descriptors(limit.rlim_max, descriptors_wanted(config.limits), config.limits);
}

void check_key_files(const Config& config, std::vector<Diagnosis>& all) {
    for (const CredentialConfig& credential : config.credentials) {
        if (credential.secret.kind != SecretSource::Kind::file) { continue; }
        const bool usable = !current_key(credential.secret).empty();
        all.push_back(diagnose_file(credential.name, credential.secret.path,
                                    usable ? "" : "cannot be read, or holds no key"));
    }
}

void check_listeners(const Config& config, const PortCheck& ports, std::vector<Diagnosis>& all) {
    for (const ListenerConfig& listener : config.listeners) {
        const std::string address = address_text(listener.host, listener.port);
        all.push_back(diagnose_port("listener", address,
                                    ports.listener(listener.host, listener.port)));
        if (!listener.tls) { continue; }
        const auto tls = TlsContext::server(listener.tls->certificate, listener.tls->key,
                                            listener.tls->client_ca);
        all.push_back(diagnose_certificate(address, tls ? "" : tls.error(),
                                           tls ? (*tls)->expires() : std::nullopt,
                                           std::chrono::system_clock::now()));
    }
}

}  // namespace

std::vector<Diagnosis> check_host(const Config& config) {
    std::vector<Diagnosis> all{check_descriptors(config)};
    check_key_files(config, all);
    const PortCheck ports(config.admin);
    check_listeners(config, ports, all);
    const std::string admin = address_text(config.admin.host, config.admin.port);
    all.push_back(diagnose_port("admin", admin, ports.admin()));
    all.push_back(diagnose_admin_reach(admin, config.admin));
    return all;
}

}  // namespace spillway
