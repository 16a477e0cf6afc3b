// Wires everything together; main() and the tests see only the façade.
#include "spillway/gateway.hpp"

#include "admin/admin_server.hpp"
#include "admin/explain_action.hpp"
#include "app/key_watch.hpp"
#include "app/worker.hpp"
#include "fleet/fleet.hpp"
#include "net/resolver.hpp"
#include "telemetry/event_log.hpp"
#include "telemetry/log_writer.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <random>
#include <thread>
#include <utility>

namespace spillway {
namespace {

using Text = boost::system::result<void, std::string>;

// Names are resolved before the first request if that is quick; a dead DNS must not keep us from
// starting.
constexpr std::chrono::seconds first_names_patience{2};
// After the last word of an honest ending, the connections get this long to take it.
constexpr std::chrono::seconds last_words_patience{2};
constexpr std::chrono::milliseconds drain_poll{20};

std::size_t worker_count(const Config& config) {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    return config.workers == 0 ? cores : config.workers;
}

std::string to_text(const asio::ip::tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    const bool bracketed = endpoint.address().is_v6();
    return (bracketed ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

std::vector<HostPort> hosts_of(const Fleet& fleet) {
    std::vector<HostPort> hosts;
    for (const FleetResource& resource : fleet.resources()) {
        if (std::find(hosts.begin(), hosts.end(), resource.address) == hosts.end()) {
            hosts.push_back(resource.address);
        }
    }
    return hosts;
}

}  // namespace

class Gateway::Impl {
public:
    Impl(Config config, std::string config_hash)
        : config_(std::move(config)),
          config_hash_(std::move(config_hash)),
          cells_(worker_count(config_)),
          live_(config_.retry_budget),
          fleet_(std::make_shared<const Fleet>(config_, live_)) {}

    Text start();
    void drain();
    void end_now() {
        if (!hurry_.exchange(true)) { hurry_signal_.set_value(); }
    }

    std::vector<std::string> endpoints;
    std::string admin_endpoint;

private:
    Text make_workers();
    Text make_table(std::size_t number, WorkerTable& table);
    Text open_listeners();
    Text start_admin();
    [[nodiscard]] std::vector<ListenerStatus> listeners() const;
    void start_names();
    template <class Value>
    void post_to_all(std::shared_ptr<const Value> WorkerContext::*where,
                     std::shared_ptr<const Value> value);
    [[nodiscard]] std::size_t busy() const;
    enum class Hurry : std::uint8_t { heeded, ignored };
    bool wait_until_idle(Duration patience, Hurry hurry);

    Config config_;
    std::string config_hash_;
    CellRegistry cells_;
    LiveState live_;
    std::shared_ptr<const Fleet> fleet_;
    std::unique_ptr<LogWriter> log_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::unique_ptr<AdminServer> admin_;
    std::unique_ptr<KeyWatch> keys_;
    std::unique_ptr<Resolver> resolver_;
    std::atomic<Readiness> readiness_{Readiness::starting};
    std::atomic<bool> hurry_{false};
    std::promise<void> hurry_signal_;
    std::future<void> hurry_told_ = hurry_signal_.get_future();
};

Text Gateway::Impl::start() {
    auto log = LogWriter::open(config_.log.access, cells_.workers());
    if (!log) {
        return "cannot open the access log " + config_.log.access + ": " + log.error().message();
    }
    log_ = std::move(*log);
    for (const auto step : {&Impl::make_workers, &Impl::open_listeners, &Impl::start_admin}) {
        if (const Text done = (this->*step)(); !done) { return done; }
    }
    for (const auto& worker : workers_) { worker->start(); }
    start_names();
    for (const auto& worker : workers_) { worker->accept(); }
    readiness_ = Readiness::ready;
    return {};
}

Text Gateway::Impl::make_workers() {
    const std::size_t count = cells_.workers();
    const auto lines = sign_all(config_);
    std::random_device entropy;
    for (std::size_t i = 0; i < count; ++i) {
        WorkerCells& cells = cells_.worker(i);
        const auto on_tick = [this, i, &cells](Duration lag) {
            cells.heartbeat.beat(Clock::now());
            cells.loop_lag.observe(std::chrono::duration<double>(lag).count());
            workers_[i]->context().log.flush();
        };
        const std::uint64_t seed = (std::uint64_t{entropy()} << 32U) | entropy();
        const WorkerContext::Parts parts{
            on_tick, cells, cells_.route(i, other_route), *log_, live_.retries(), i, seed};
        const std::size_t share = std::max<std::size_t>(1, config_.limits.connections / count);
        workers_.push_back(std::make_unique<Worker>(parts, share));
        WorkerContext& context = workers_.back()->context();
        context.table = std::make_shared<WorkerTable>();
        context.credentials = lines;
        if (const Text made = make_table(i, *context.table); !made) { return made; }
    }
    keys_ = std::make_unique<KeyWatch>(config_, lines, [this](auto changed) {
        post_to_all(&WorkerContext::credentials, std::move(changed));
    });
    return {};
}

Text Gateway::Impl::make_table(std::size_t number, WorkerTable& table) {
    table.fleet = fleet_;
    for (const FleetRoute& route : fleet_->routes()) {
        table.route_cells.push_back(&cells_.route(number, route.config.name));
    }
    for (const FleetDeployment& deployment : fleet_->deployments()) {
        table.deployment_cells.push_back(&cells_.deployment(number, deployment.config.name));
    }
    WorkerContext& context = workers_[number]->context();
    for (const FleetResource& resource : fleet_->resources()) {
        table.pools.push_back(std::make_unique<ConnectionPool>(context.wheel,
                                                               context.cells.upstream_idle));
        if (!resource.config.endpoint.tls) {
            table.tls.push_back(nullptr);
            continue;
        }
        auto tls = TlsContext::client(resource.config.tls.ca_file);
        if (!tls) { return "resource " + resource.config.name + ": " + tls.error(); }
        table.tls.push_back(std::move(*tls));
    }
    return {};
}

Text Gateway::Impl::open_listeners() {
    for (const ListenerConfig& listener : config_.listeners) {
        std::shared_ptr<TlsContext> tls;
        if (listener.tls) {
            auto made = TlsContext::server(listener.tls->certificate, listener.tls->key,
                                           listener.tls->client_ca);
            if (!made) { return made.error(); }
            tls = std::move(*made);
        }
        std::uint16_t port = listener.port;
        for (const auto& worker : workers_) {
            const auto bound = worker->listen(listener.host, port, tls);
            if (!bound) { return bound.error(); }
            if (worker == workers_.front()) {
                port = bound->port();  // the others share what 0 was turned into
                endpoints.push_back(to_text(*bound));
            }
        }
    }
    return {};
}

Text Gateway::Impl::start_admin() {
    AdminSources sources;
    sources.fleet = [this](TimePoint now) { return fleet_->status(now); };
    sources.readiness = [this] { return readiness_.load(); };
    sources.listeners = listeners();
    sources.config_hash = [this] { return config_hash_; };
    sources.lost_log_lines = [this] { return log_->lost_lines(); };
    sources.cells = &cells_;
    sources.started_at = Clock::now();
    sources.actions = {explain_action([this] { return fleet_; })};
    admin_ = std::make_unique<AdminServer>(std::move(sources));
    const auto bound = admin_->start(config_.admin);
    if (!bound) { return bound.error(); }
    admin_endpoint = to_text(*bound);
    return {};
}

std::vector<ListenerStatus> Gateway::Impl::listeners() const {
    std::vector<ListenerStatus> result;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        result.push_back({endpoints[i], config_.listeners[i].tls.has_value()});
    }
    return result;
}

void Gateway::Impl::start_names() {
    auto first = std::make_shared<std::promise<void>>();
    auto told = std::make_shared<std::atomic<bool>>(false);
    const std::future<void> known = first->get_future();
    resolver_ = std::make_unique<Resolver>(hosts_of(*fleet_),
                                           [this, first,
                                            told](std::shared_ptr<const AddressBook> book) {
                                               post_to_all(&WorkerContext::addresses,
                                                           std::move(book));
                                               if (!told->exchange(true)) { first->set_value(); }
                                           });
    if (known.wait_for(first_names_patience) != std::future_status::ready) {
        log_event(Severity::warn, "dns_slow", {{"consequence", "starting without all addresses"}});
    }
}

template <class Value>
void Gateway::Impl::post_to_all(std::shared_ptr<const Value> WorkerContext::*where,
                                std::shared_ptr<const Value> value) {
    for (const auto& worker : workers_) {
        worker->post([where, value](WorkerContext& context) { context.*where = value; });
    }
}

std::size_t Gateway::Impl::busy() const {
    std::size_t sum = 0;
    for (const auto& worker : workers_) { sum += worker->busy(); }
    return sum;
}

// False when the patience ran out first.
bool Gateway::Impl::wait_until_idle(Duration patience, Hurry hurry) {
    const TimePoint deadline = Clock::now() + patience;
    while (busy() > 0) {
        if (Clock::now() >= deadline || (hurry == Hurry::heeded && hurry_)) { return false; }
        std::this_thread::sleep_for(drain_poll);
    }
    return true;
}

void Gateway::Impl::drain() {
    readiness_ = Readiness::draining;
    log_event(Severity::info, "draining", {});
    for (const auto& worker : workers_) {
        worker->post([](WorkerContext& context) { context.draining = true; });
    }
    hurry_told_.wait_for(config_.drain.delay);
    for (const auto& worker : workers_) { worker->stop_accepting(); }
    if (!wait_until_idle(config_.drain.timeout, Hurry::heeded)) {
        for (const auto& worker : workers_) { worker->stop_requests(); }
        wait_until_idle(last_words_patience, Hurry::ignored);
    }
    for (const auto& worker : workers_) { worker->stop(); }
    log_event(Severity::info, "stopped", {});
}

Gateway::Gateway(Config config, std::string config_hash)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(config_hash))) {}

Gateway::~Gateway() = default;

Text Gateway::start() { return impl_->start(); }

const std::vector<std::string>& Gateway::endpoints() const noexcept { return impl_->endpoints; }

const std::string& Gateway::admin_endpoint() const noexcept { return impl_->admin_endpoint; }

void Gateway::drain() { impl_->drain(); }

void Gateway::end_now() { impl_->end_now(); }

}  // namespace spillway
