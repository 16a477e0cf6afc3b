// Called by session; a passed answer goes on in relay, everything else in ending.
#include "proxy/dispatch.hpp"

#include "proxy/attempt.hpp"
#include "proxy/ending.hpp"
#include "proxy/feed.hpp"
#include "proxy/refusals.hpp"
#include "proxy/relay.hpp"
#include "spillway/policy/budget.hpp"
#include "spillway/policy/planner.hpp"
#include "wire/caller_credentials.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace spillway {
namespace {

Demand::Token token_of(const RequestHead& head) noexcept {
    const bool brought = !bearer_token(head.fields.get(FieldName::authorization)).empty();
    return brought ? Demand::Token::brought : Demand::Token::missing;
}

// What a request knows of its route while it looks for an answer.
class Search {
public:
    explicit Search(Exchange& exchange)
        : exchange_(exchange),
          demand_(exchange.path.operation, exchange.inspection,
                  exchange.identity.caller->config().priority, token_of(exchange.head)),
          views_(exchange.route->members.size()) {}

    // The best deployment that will have us now. Another worker may take what was planned for us:
    // then the next one.
    std::optional<Permit> acquire(TimePoint now, const FleetDeployment*& chosen) {
        const Plan plan = this->plan(now);
        for (const Considered& candidate : plan.candidates()) {
            chosen = exchange_.route->members[candidate.position].deployment;
            auto permit = chosen->live->acquire(estimate_for(*chosen), now);
            if (std::holds_alternative<Permit>(permit)) {
                views_[candidate.position].tried = true;
                return std::get<Permit>(std::move(permit));
            }
        }
        return plan.panic == Plan::none ? std::nullopt : acquire_in_panic(plan.panic, now, chosen);
    }

    // Its resource cannot be reached: the others there come last.
    void suspect(const FleetResource& resource) {
        for (std::size_t i = 0; i < views_.size(); ++i) {
            const bool there = exchange_.route->members[i].deployment->resource == &resource;
            views_[i].suspect = views_[i].suspect || there;
        }
    }

    // Without regard to what has been tried: what an answer to the caller is about.
    Plan plan_afresh(TimePoint now) {
        for (DeploymentView& view : views_) { view.tried = false; }
        return plan(now);
    }

private:
    Plan plan(TimePoint now) {
        exchange_.table->fleet->describe(*exchange_.route, demand_, now, views_);
        return spillway::plan(views_, now, exchange_.worker.rng);
    }

    std::optional<Permit> acquire_in_panic(std::size_t position, TimePoint now,
                                           const FleetDeployment*& chosen) {
        chosen = exchange_.route->members[position].deployment;
        auto permit = chosen->live->acquire_in_panic(estimate_for(*chosen), now);
        if (!std::holds_alternative<Permit>(permit)) { return std::nullopt; }
        views_[position].tried = true;
        exchange_.worker.cells.panics.add();
        return std::get<Permit>(std::move(permit));
    }

    [[nodiscard]] Tokens estimate_for(const FleetDeployment& deployment) const {
        exchange_.record.estimate = demand_.estimate(deployment);
        return exchange_.record.estimate;
    }

    Exchange& exchange_;
    Demand demand_;
    std::vector<DeploymentView> views_;
};

enum class Retry : std::uint8_t { granted, own_budget_spent, ratio_denied };

// May there be another attempt after this one? The process-wide ratio is only asked about attempts
// that cost an upstream work.
Retry ask_for_retry(Exchange& exchange, RequestBudget& budget, const Verdict& verdict,
                    TimePoint now) {
    budget.spend(verdict.cost);
    if (budget.exhausted() || budget.expired(now)) { return Retry::own_budget_spent; }
    if (verdict.cost == RequestBudget::Cost::free) { return Retry::granted; }
    const RetryBudgetParams& params = exchange.table->fleet->config().retry_budget;
    const bool granted = exchange.worker.retries.update([&](RetryBudget& ratio) {
        return ratio.try_retry(params, now);
    });
    if (!granted) {
        exchange.worker.cells.retries_denied.add();
        return Retry::ratio_denied;
    }
    return Retry::granted;
}

// Builds the reply outside of dispatch's frame, which every request holds.
task<void> give_up(Exchange& exchange, Search& search, const LastTry& last) {
    const TimePoint now = Clock::now();
    Refused refused = explain_refusal(exchange, search.plan_afresh(now), last, now);
    feed_gave_up(exchange, last.attempt, refused.reply.code, now);
    return refuse(exchange, std::move(refused.reply), refused.outcome);
}

}  // namespace

task<void> dispatch(Exchange& exchange) {
    Clocks clocks(exchange.route->config.timeouts, exchange.started);
    RequestBudget budget(exchange.route->config.retries, clocks.total_deadline());
    Search search(exchange);
    AttemptPtr attempt;
    Verdict verdict;
    Retry retry = Retry::granted;
    bool once_spent = false;
    TimePoint now = exchange.body_read;
    exchange.hangup.start();
    while (retry == Retry::granted) {
        const FleetDeployment* chosen = nullptr;
        std::optional<Permit> permit = search.acquire(now, chosen);
        if (!permit) { break; }
        ++exchange.attempts;
        if (attempt) { feed_failover(exchange, *attempt, verdict.reason, *chosen); }
        attempt = make_attempt(exchange, *chosen, std::move(*permit), clocks, now);
        verdict = co_await attempt->run();
        now = Clock::now();
        attempt->answered(now);
        if (exchange.hangup.gone()) {
            abandon(exchange, attempt.get(), now);
            co_return;
        }
        if (verdict.next == Verdict::Next::pass && !attempt->failure()) {
            note_commit(exchange, *attempt, verdict, now);
            co_await relay(exchange, *attempt);
            co_return;
        }
        note_attempt(exchange, *attempt, verdict, now);
        const bool unreachable = attempt->failure() && attempt->failure()->never_sent();
        if (unreachable) { search.suspect(*chosen->resource); }
        retry = ask_for_retry(exchange, budget, verdict, now);
        if (verdict.next == Verdict::Next::elsewhere_once && std::exchange(once_spent, true)) {
            break;
        }
    }
    if (attempt && verdict.showable && attempt->may_be_shown()) {
        co_await relay(exchange, *attempt);
        co_return;
    }
    const LastTry last{attempt.get(), retry == Retry::ratio_denied};
    co_await give_up(exchange, search, last);
}

}  // namespace spillway
