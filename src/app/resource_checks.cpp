#include "app/resource_checks.hpp"

#include "app/examination.hpp"
#include "fleet/fleet.hpp"
#include "net/name_lookup.hpp"
#include "net/poller.hpp"
#include "net/task.hpp"
#include "net/timer_wheel.hpp"
#include "tools/host_diagnosis.hpp"

#include <chrono>
#include <deque>

namespace spillway {
namespace {

constexpr std::chrono::seconds names_patience{3};

LookedUp look_up_all(const Fleet& fleet) {
    std::vector<HostPort> hosts;
    for (const FleetResource& resource : fleet.resources()) { hosts.push_back(resource.address); }
    return look_up(hosts, names_patience);
}

const CredentialConfig* credential_of(const FleetResource& resource, const Config& config) {
    const auto& number = resource.config.credential;
    return number ? &config.credentials[*number] : nullptr;
}

task<void> run_one(Examination& examination, Examination::Addresses addresses,
                   std::size_t& running) {
    co_await examination.run(std::move(addresses));
    --running;
}

/// The loop of a worker, for as long as examinations run.
class Surgery {
public:
    Surgery() {
        wheel_.start();
        poller_.start();
    }
    ~Surgery() {
        wheel_.stop();
        poller_.close();
        io_.poll();
    }
    Surgery(const Surgery&) = delete;
    Surgery& operator=(const Surgery&) = delete;

    [[nodiscard]] Poller& poller() noexcept { return poller_; }
    void admit(Examination& examination, const Examination::Addresses& addresses) {
        ++running_;
        spawn(io_.get_executor(), run_one(examination, addresses, running_),
              [](const std::exception_ptr& bug) { std::rethrow_exception(bug); });
    }
    void see_all() {
        while (running_ > 0) { io_.run_one(); }
    }

private:
    asio::io_context io_{1};
    TimerWheel wheel_{io_, [](Duration /*lag*/) {}};
    Poller poller_{io_, wheel_};
    std::size_t running_ = 0;
};

}  // namespace

std::vector<Diagnosis> check_resources(const Config& config) {
    LiveState fresh(config.retry_budget);
    const Fleet fleet(config, fresh);
    const LookedUp names = look_up_all(fleet);
    Surgery surgery;
    std::deque<Examination> examinations;
    for (const FleetResource& resource : fleet.resources()) {
        examinations.emplace_back(resource, credential_of(resource, config), surgery.poller());
        surgery.admit(examinations.back(), names.at(resource.address));
    }
    surgery.see_all();
    std::vector<Diagnosis> all;
    std::vector<Duration> ahead;
    for (const Examination& one : examinations) {
        all.insert(all.end(), one.findings().begin(), one.findings().end());
        if (one.ahead()) { ahead.push_back(*one.ahead()); }
    }
    all.push_back(diagnose_clock(ahead));
    return all;
}

}  // namespace spillway
