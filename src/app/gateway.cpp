// Wires everything together; main() and the tests see only the façade.
#include "spillway/gateway.hpp"

#include "admin/admin_server.hpp"
#include "app/admin_wiring.hpp"
#include "app/cpu_quota.hpp"
#include "app/inherited_sockets.hpp"
#include "app/ledger_file.hpp"
#include "app/listeners.hpp"
#include "app/reload_action.hpp"
#include "app/table_in_use.hpp"
#include "app/worker.hpp"
#include "app/worker_table.hpp"
#include "audit/audit_writer.hpp"
#include "config/diff.hpp"
#include "fleet/fleet.hpp"
#include "identity/credential_keeper.hpp"
#include "identity/key_set_keeper.hpp"
#include "ledger/ledger.hpp"
#include "net/resolver.hpp"
#include "telemetry/event_log.hpp"
#include "telemetry/log_writer.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

namespace spillway {
namespace {

using Text = boost::system::result<void, std::string>;

// Names are resolved before the first request if that is quick; a dead DNS must not keep us from
// starting, or from changing the table.
constexpr std::chrono::seconds names_patience{2};
// The same for tokens and for the keys of token issuers; IMDS takes a second when it is asked for
// the first time.
constexpr std::chrono::seconds tokens_patience{3};
// After the last word of an honest ending, the connections get this long to take it.
constexpr std::chrono::seconds last_words_patience{2};
constexpr std::chrono::milliseconds drain_poll{20};

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
    Impl(const Config& config, std::string config_hash)
        : cells_(worker_count(config.workers)),
          live_(config.retry_budget),
          fleet_(std::make_shared<const Fleet>(config, live_)),
          in_use_(fleet_, std::move(config_hash), std::chrono::system_clock::now(),
                  cells_.table_events()) {}

    Text start();
    Reload reload(const Config& config, std::string config_hash);
    void drain();
    void end_now() {
        if (!hurry_.exchange(true)) { hurry_signal_.set_value(); }
    }

    // NOLINTBEGIN(misc-non-private-member-variables-in-classes): of the facade, which is all that
    // sees them
    std::vector<std::string> endpoints;
    std::string admin_endpoint;
    std::function<Reload()> reread;
    std::unique_ptr<InheritedSockets> inherited = std::make_unique<InheritedSockets>();
    // NOLINTEND(misc-non-private-member-variables-in-classes)

    [[nodiscard]] TableInUse& in_use() noexcept { return in_use_; }
    void reopen_log() {
        log_->reopen();
        audit_->reopen();
    }

private:
    // Everything a table needs before it can be put in force; making it changes nothing.
    struct Prepared {
        std::shared_ptr<const Fleet> fleet;
        std::shared_ptr<const CallerDirectory> callers;
        Reach reach;
        Kept kept;
        std::vector<std::shared_ptr<WorkerTable>> tables;       // by worker
        std::vector<std::shared_ptr<TlsContext>> listener_tls;  // by listener
    };

    void make_workers();
    Text listen();
    Text start_admin();
    [[nodiscard]] std::vector<ListenerStatus> listeners() const;
    void start_names();
    void start_credentials();
    boost::system::result<Prepared, std::string> prepare(std::shared_ptr<const Fleet> fleet);
    void put_in_force(Prepared prepared);
    void await_names(const Fleet& fleet);
    [[nodiscard]] const Config& config() const noexcept { return fleet_->config(); }
    void post_to_all(const std::function<void(WorkerContext&)>& change);
    [[nodiscard]] std::size_t busy() const;
    enum class Hurry : std::uint8_t { heeded, ignored };
    bool wait_until_idle(Duration patience, Hurry hurry);

    std::mutex changing_;  // held while the table changes, and while a drain begins
    CellRegistry cells_;
    LiveState live_;
    CallerShares shares_;
    IssuerStates issuers_;
    Ledger ledger_;  // requests charge it: outlives the workers
    std::shared_ptr<const Fleet> fleet_;
    Reach reach_;
    TableInUse in_use_;
    std::unique_ptr<LogWriter> log_;
    std::unique_ptr<AuditWriter> audit_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::unique_ptr<AdminServer> admin_;
    std::unique_ptr<CredentialKeeper> credentials_;
    std::unique_ptr<KeySetKeeper> key_sets_;
    std::unique_ptr<Resolver> resolver_;
    std::atomic<Readiness> readiness_{Readiness::starting};
    std::atomic<bool> hurry_{false};
    std::promise<void> hurry_signal_;
    std::future<void> hurry_told_ = hurry_signal_.get_future();
};

Text Gateway::Impl::start() {
    auto log = LogWriter::open(config().log.access, cells_.workers());
    if (!log) {
        return "cannot open the access log " + config().log.access + ": " + log.error().message();
    }
    log_ = std::move(*log);
    auto audit = AuditWriter::open(config().audit, cells_.workers());
    if (!audit) { return audit.error(); }
    audit_ = std::move(*audit);
    make_workers();
    key_sets_ = std::make_unique<KeySetKeeper>(std::random_device{}());
    auto prepared = prepare(fleet_);
    if (!prepared) { return prepared.error(); }
    for (const auto step : {&Impl::listen, &Impl::start_admin}) {
        if (Text done = (this->*step)(); !done) { return done; }
    }
    for (const auto& worker : workers_) { worker->start(); }
    start_names();
    start_credentials();
    key_sets_->keep(prepared->callers->issuers(), tokens_patience);
    put_in_force(std::move(*prepared));
    for (const auto& worker : workers_) { worker->accept(); }
    readiness_ = Readiness::ready;
    return {};
}

void Gateway::Impl::make_workers() {
    std::random_device entropy;
    for (std::size_t i = 0; i < cells_.workers(); ++i) {
        WorkerCells& cells = cells_.worker(i);
        const auto on_tick = [this, i, &cells](Duration lag) {
            cells.heartbeat.beat(Clock::now());
            cells.loop_lag.observe(std::chrono::duration<double>(lag).count());
            workers_[i]->context().log.flush();
            workers_[i]->context().audit.flush();
        };
        const std::uint64_t seed = (std::uint64_t{entropy()} << 32U) | entropy();
        const WorkerContext::Parts parts{
            on_tick, cells, cells_.route(i, other_route), *log_, *audit_, live_.retries(), i, seed};
        workers_.push_back(std::make_unique<Worker>(parts));
    }
}

boost::system::result<Gateway::Impl::Prepared, std::string> Gateway::Impl::prepare(
    std::shared_ptr<const Fleet> fleet) {
    Prepared prepared;
    prepared.reach = reach_of(*fleet);
    prepared.kept = kept_of(reach_, prepared.reach);
    auto tls = listener_tls(fleet->config());
    if (!tls) { return tls.error(); }
    prepared.listener_tls = std::move(*tls);
    if (const Text kept = keep_budgets(ledger_, fleet->config()); !kept) { return kept.error(); }
    prepared.callers = std::make_shared<const CallerDirectory>(fleet->config(), shares_, issuers_);
    TableParts parts{fleet, prepared.callers, {}, prepared.kept};
    for (const Caller& caller : prepared.callers->all()) {
        parts.accounts.push_back(&ledger_.account(caller.name()));
    }
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        auto table = prepare_table(parts, cells_, i);
        if (!table) { return table.error(); }
        prepared.tables.push_back(std::move(*table));
    }
    prepared.fleet = std::move(fleet);
    return prepared;
}

void Gateway::Impl::put_in_force(Prepared prepared) {
    const std::size_t connections = prepared.fleet->config().limits.connections;
    const std::size_t share = std::max<std::size_t>(1, connections / workers_.size());
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        prepared.tables[i]->credentials = credentials_->lines();
        workers_[i]->set_terms({prepared.listener_tls, share});
        workers_[i]->post([table = prepared.tables[i],
                           kept = prepared.kept](WorkerContext& context) {
            adopt_table(context, table, kept);
        });
    }
    prepared.fleet->take_effect();
    prepared.callers->take_effect();
    fleet_ = std::move(prepared.fleet);
    reach_ = std::move(prepared.reach);
    credentials_->announce();  // what has changed since they were taken
}

Reload Gateway::Impl::reload(const Config& config, std::string config_hash) {
    const std::scoped_lock lock(changing_);
    const auto refuse = [this](std::string why) {
        in_use_.refused(why, Clock::now());
        return Reload{std::move(why), {}};
    };
    if (readiness_ != Readiness::ready) { return refuse("the gateway is starting or ending"); }
    std::string fixed;
    for (const std::string& key : needing_restart(fleet_->config(), config)) {
        fixed += (fixed.empty() ? "" : ", ") + key;
    }
    if (!fixed.empty()) { return refuse(fixed + ": cannot be changed without a restart"); }
    // Kept for a moment, so that the new one finds the live state.
    const std::shared_ptr<const Fleet> before = fleet_;
    auto prepared = prepare(std::make_shared<const Fleet>(config, live_));
    if (!prepared) { return refuse(prepared.error()); }
    await_names(*prepared->fleet);
    credentials_->keep(prepared->fleet, tokens_patience);
    key_sets_->keep(prepared->callers->issuers(), tokens_patience);
    put_in_force(std::move(*prepared));
    in_use_.replace(fleet_, std::move(config_hash), std::chrono::system_clock::now());
    return {{}, diff(before->config(), config)};
}

Text Gateway::Impl::listen() {
    auto opened = open_listeners(config(), workers_, *inherited);
    if (!opened) { return opened.error(); }
    endpoints = std::move(*opened);
    return {};
}

Text Gateway::Impl::start_admin() {
    AdminSources sources = admin_sources({in_use_, readiness_, *log_, *audit_, ledger_, *key_sets_,
                                          cells_},
                                         config());
    sources.listeners = listeners();
    if (reread) { sources.actions.push_back(reload_action(reread)); }
    admin_ = std::make_unique<AdminServer>(std::move(sources));
    const auto bound = admin_->start(config().admin);
    if (!bound) { return bound.error(); }
    admin_endpoint = to_text(*bound);
    return {};
}

std::vector<ListenerStatus> Gateway::Impl::listeners() const {
    std::vector<ListenerStatus> result;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        result.push_back({endpoints[i], config().listeners[i].tls.has_value()});
    }
    return result;
}

void Gateway::Impl::start_names() {
    resolver_ = std::make_unique<Resolver>([this](const std::shared_ptr<const AddressBook>& book) {
        post_to_all([book](WorkerContext& context) { context.addresses = book; });
    });
    await_names(*fleet_);
}

void Gateway::Impl::start_credentials() {
    std::random_device entropy;
    const auto publish = [this](const std::shared_ptr<const Fleet>& fleet,
                                const std::shared_ptr<const CredentialLines>& lines) {
        post_to_all([fleet, lines](WorkerContext& context) {
            const bool has_it = context.table && context.table->fleet == fleet;
            if (has_it) { context.table->credentials = lines; }
        });
    };
    credentials_ = std::make_unique<CredentialKeeper>(publish, entropy());
    credentials_->keep(fleet_, tokens_patience);
}

void Gateway::Impl::await_names(const Fleet& fleet) {
    const std::future<void> known = resolver_->resolve(hosts_of(fleet));
    if (known.wait_for(names_patience) != std::future_status::ready) {
        log_event(Severity::warn, "dns_slow", {{"consequence", "going on without all addresses"}});
    }
}

void Gateway::Impl::post_to_all(const std::function<void(WorkerContext&)>& change) {
    for (const auto& worker : workers_) { worker->post(change); }
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
    {
        const std::scoped_lock lock(changing_);
        readiness_ = Readiness::draining;
    }
    log_event(Severity::info, "draining", {});
    for (const auto& worker : workers_) {
        worker->post([](WorkerContext& context) { context.draining = true; });
    }
    hurry_told_.wait_for(config().drain.delay);
    for (const auto& worker : workers_) { worker->stop_accepting(); }
    if (!wait_until_idle(config().drain.timeout, Hurry::heeded)) {
        for (const auto& worker : workers_) { worker->stop_requests(); }
        wait_until_idle(last_words_patience, Hurry::ignored);
    }
    for (const auto& worker : workers_) { worker->stop(); }
    admin_.reset();
    log_event(Severity::info, "stopped", {});
}

Gateway::Gateway(const Config& config, std::string config_hash)
    : impl_(std::make_unique<Impl>(config, std::move(config_hash))) {}

Gateway::~Gateway() = default;

Text Gateway::start() { return impl_->start(); }

const std::vector<std::string>& Gateway::endpoints() const noexcept { return impl_->endpoints; }

const std::string& Gateway::admin_endpoint() const noexcept { return impl_->admin_endpoint; }

void Gateway::inherit(const std::vector<int>& sockets) {
    impl_->inherited = std::make_unique<InheritedSockets>(sockets);
}

void Gateway::on_reload_wanted(std::function<Reload()> reread) {
    impl_->reread = std::move(reread);
}

Reload Gateway::reload(const Config& config, std::string config_hash) {
    return impl_->reload(config, std::move(config_hash));
}

void Gateway::reload_failed(std::string error) {
    impl_->in_use().refused(std::move(error), Clock::now());
}

Config Gateway::config() const { return impl_->in_use().fleet()->config(); }

void Gateway::reopen_log() { impl_->reopen_log(); }

void Gateway::drain() { impl_->drain(); }

void Gateway::end_now() { impl_->end_now(); }

}  // namespace spillway
