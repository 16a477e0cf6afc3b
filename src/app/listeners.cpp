#include "app/listeners.hpp"

#include <unistd.h>

#include <utility>

namespace spillway {

namespace {

using Bound = boost::system::result<asio::ip::tcp::endpoint, std::string>;
using Workers = std::vector<std::unique_ptr<Worker>>;

Bound open_one(const ListenerConfig& listener, const Workers& workers) {
    Bound first = workers.front()->listen(listener.host, listener.port);
    if (!first) { return first; }
    // The others share what port 0 was turned into.
    for (std::size_t i = 1; i < workers.size(); ++i) {
        Bound bound = workers[i]->listen(listener.host, first->port());
        if (!bound) { return bound; }
    }
    return first;
}

// One queue for all: each worker waits on its own descriptor of it.
Bound adopt_one(const InheritedSockets::Found& found, const Workers& workers) {
    for (const auto& worker : workers) {
        const int own = ::dup(found.descriptor);
        if (own < 0) { return "cannot duplicate an inherited socket"; }
        Bound adopted = worker->adopt(own, found.endpoint);
        if (!adopted) { return adopted; }
    }
    return found.endpoint;
}

}  // namespace

std::string to_text(const asio::ip::tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    const bool bracketed = endpoint.address().is_v6();
    return (bracketed ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

boost::system::result<std::vector<std::string>, std::string> open_listeners(const Config& config,
                                                                            const Workers& workers,
                                                                            InheritedSockets&
                                                                                inherited) {
    std::vector<std::string> endpoints;
    for (const ListenerConfig& listener : config.listeners) {
        const auto found = inherited.take(listener.host, listener.port);
        const Bound bound = found ? adopt_one(*found, workers) : open_one(listener, workers);
        if (!bound) { return bound.error(); }
        endpoints.push_back(to_text(*bound));
    }
    inherited.report_unused();
    return endpoints;
}

boost::system::result<std::vector<std::shared_ptr<TlsContext>>, std::string> listener_tls(
    const Config& config) {
    std::vector<std::shared_ptr<TlsContext>> all;
    for (const ListenerConfig& listener : config.listeners) {
        all.push_back(nullptr);
        if (!listener.tls) { continue; }
        auto made = TlsContext::server(listener.tls->certificate, listener.tls->key,
                                       listener.tls->client_ca);
        if (!made) { return made.error(); }
        all.back() = std::move(*made);
    }
    return all;
}

}  // namespace spillway
