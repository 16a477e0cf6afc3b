#include "tools/explain.hpp"

#include "config/suggest.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace spillway {

namespace {

using Text = boost::system::result<void, std::string>;

// What a supposed state lasts; only shown.
constexpr Duration supposed_wait = std::chrono::seconds(30);
// The planner is asked this often, divided by the number of deployments, to see how often each one
// comes first: well below a percent off for a handful of them.
constexpr std::size_t draws = 262'144;

/// A name of a deployment or, for all of its deployments, of a resource.
bool names(const std::string& name, const FleetDeployment& deployment) {
    return name == deployment.config.name || name == deployment.resource->config.name;
}

bool contains(const std::vector<std::string>& list, const FleetDeployment& deployment) {
    return std::ranges::any_of(list,
                               [&](const std::string& name) { return names(name, deployment); });
}

Text check_names(const Fleet& fleet, const Supposed& supposed) {
    std::vector<std::string> known;
    for (const FleetDeployment& each : fleet.deployments()) { known.push_back(each.config.name); }
    for (const FleetResource& each : fleet.resources()) { known.push_back(each.config.name); }
    for (const auto* list : {&supposed.down, &supposed.throttled, &supposed.full}) {
        for (const std::string& name : *list) {
            if (std::ranges::find(known, name) != known.end()) { continue; }
            const std::string suggestion = did_you_mean(name, known);
            return "There is no deployment or resource `" + name.substr(0, 64) + "`" +
                   (suggestion.empty() ? "." : "; " + suggestion);
        }
    }
    return {};
}

/// Replaces what the planner is told of a deployment; the word for it, empty for nothing supposed.
std::string_view suppose(DeploymentView& view, const Supposed& supposed,
                         const FleetDeployment& deployment, TimePoint now) {
    if (contains(supposed.down, deployment)) {
        view.breaker = Breaker::Access::no;
        view.reopens_at = now + supposed_wait;
        return "down";
    }
    if (contains(supposed.throttled, deployment)) {
        view.cools_until = now + supposed_wait;
        view.rests = false;
        return "throttled";
    }
    if (contains(supposed.full, deployment)) {
        view.quota = QuotaAnswer::tokens_full;
        view.quota_ready_at = now + supposed_wait;
        return "full";
    }
    return {};
}

Duration wait_until(TimePoint when, TimePoint now) {
    return when > now ? when - now : Duration::zero();
}

std::string url_of(const FleetDeployment& deployment, const Subject& subject) {
    const FleetResource& resource = *deployment.resource;
    const std::string scheme = resource.config.endpoint.tls ? "https://" : "http://";
    std::string unusual;
    return (scheme + resource.host_field)
        .append(deployment.target(subject.operation, subject.api_version, unusual));
}

/// The route as the planner sees it, and what it would do with it.
class Rehearsal {
public:
    Rehearsal(const Fleet& fleet, const FleetRoute& route, const Subject& subject, TimePoint now)
        : fleet_(fleet),
          route_(route),
          subject_(subject),
          demand_(subject.operation, subject.seen),
          now_(now),
          views_(std::span(storage_).first(route.members.size())),
          supposed_(route.members.size()) {
        fleet.describe(route, demand_, now, views_);
    }

    void suppose(const Supposed& supposed) {
        for (std::size_t i = 0; i < views_.size(); ++i) {
            supposed_[i] = spillway::suppose(views_[i], supposed, *route_.members[i].deployment,
                                             now_);
        }
    }

    [[nodiscard]] Plan plan() { return spillway::plan(views_, now_, rng_); }

    [[nodiscard]] std::vector<ExplainedDeployment> deployments(const Plan& plan) const {
        const FleetStatus status = fleet_.status(now_);
        std::vector<ExplainedDeployment> explained(views_.size());
        for (const auto& group : {plan.candidates(), plan.skipped()}) {
            for (const Considered& considered : group) {
                ExplainedDeployment& one = explained[considered.position];
                const FleetMember& member = route_.members[considered.position];
                const DeploymentView& view = views_[considered.position];
                one.status = status.deployments[index(considered.id)];
                one.tier = member.tier + 1U;
                one.url = url_of(*member.deployment, subject_);
                one.skip = considered.skip;
                one.probe = considered.probe;
                one.degraded = view.degraded;
                one.ramp = view.ramp;
                one.ready_in = wait_until(considered.ready_at, now_);
                one.reserves = demand_.estimate(*member.deployment);
                one.supposed = supposed_[considered.position];
            }
        }
        return explained;
    }

    /// Uses itself up: afterwards everything counts as tried.
    [[nodiscard]] std::vector<ExplainedTry> tries() {
        std::vector<ExplainedTry> all;
        while (all.size() < views_.size()) {
            const Plan next = plan();
            if (!next.candidates().empty()) {
                all.push_back({chances(next), false});
            } else if (next.panic != Plan::none) {
                all.push_back({{{name_of(next.panic), 1.0}}, true});
                views_[next.panic].tried = true;
            } else {
                break;
            }
        }
        return all;
    }

private:
    [[nodiscard]] const std::string& name_of(std::size_t position) const {
        return route_.members[position].deployment->config.name;
    }

    /// Who would come first, and how often; marks the likeliest as tried.
    std::vector<Chance> chances(const Plan& first) {
        const std::size_t rounds = first.eligible == 1 ? 1 : draws / views_.size();
        std::array<std::size_t, route_deployments_max> firsts{};
        for (std::size_t i = 0; i < rounds; ++i) { ++firsts[plan().candidates().front().position]; }
        std::vector<Chance> found;
        for (std::size_t i = 0; i < views_.size(); ++i) {
            const double share = static_cast<double>(firsts[i]) / static_cast<double>(rounds);
            if (firsts[i] > 0) { found.push_back({name_of(i), share}); }
        }
        std::ranges::stable_sort(found, std::ranges::greater{}, &Chance::share);
        const auto likeliest = std::ranges::max_element(firsts);
        views_[static_cast<std::size_t>(likeliest - firsts.begin())].tried = true;
        return found;
    }

    const Fleet& fleet_;
    const FleetRoute& route_;
    const Subject& subject_;
    Demand demand_;
    TimePoint now_;
    std::array<DeploymentView, route_deployments_max> storage_{};
    std::span<DeploymentView> views_;
    std::vector<std::string_view> supposed_;
    Rng rng_{0};  // the same question gets the same answer
};

std::string_view message_for(Refusal::Kind kind) {
    switch (kind) {
        case Refusal::Kind::throttled: return "Every deployment has used up its limits.";
        case Refusal::Kind::too_big:
            return "The request is larger than any deployment may use in a minute.";
        case Refusal::Kind::unavailable: return "No deployment is available now.";
        case Refusal::Kind::unsignable: return "No deployment has a credential it can sign with.";
        case Refusal::Kind::impossible: break;
    }
    return "The route's residency or the operation rules out every deployment.";
}

ExplainedRefusal explained(const Refusal& refusal, TimePoint now) {
    const RefusalAnswer answer = answer_to(refusal.kind);
    return {answer.status, std::string(answer.code), std::string(message_for(refusal.kind)),
            wait_until(refusal.ready_at, now)};
}

ExplainedRefusal explained(const ErrorReply& reply) {
    return {reply.status, std::string(reply.code), reply.message, Duration::zero()};
}

}  // namespace

boost::system::result<Explanation, std::string> explain(const Fleet& fleet,
                                                        const Question& question, TimePoint now) {
    const auto subject = subject_of(question);
    if (!subject) { return subject.error(); }
    if (const Text known = check_names(fleet, question.supposed); !known) { return known.error(); }
    Explanation explanation;
    explanation.operation = subject->operation;
    explanation.model = subject->model;
    const FleetRoute* route = subject->refused ? nullptr : fleet.find(subject->model);
    if (route == nullptr) {
        explanation.refusal = explained(subject->refused ? *subject->refused : unknown_model());
        return explanation;
    }
    explanation.route = route->config.name;
    explanation.by_alias = route->config.name != subject->model;
    explanation.residency = route->config.residency;
    explanation.attempts = route->config.retries.attempts;
    Rehearsal rehearsal(fleet, *route, *subject, now);
    rehearsal.suppose(question.supposed);
    const Plan first = rehearsal.plan();
    explanation.deployments = rehearsal.deployments(first);
    if (first.candidates().empty()) { explanation.refusal = explained(refusal(first), now); }
    explanation.tries = rehearsal.tries();
    return explanation;
}

}  // namespace spillway
