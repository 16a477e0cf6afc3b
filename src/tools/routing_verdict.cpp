#include "tools/routing_verdict.hpp"

#include "config/suggest.hpp"
#include "tools/explain.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace spillway {

namespace {

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

/// The tries that can be relied on.
std::vector<ExplainedTry> ordinary_tries(const Explanation& explanation) {
    std::vector<ExplainedTry> tries = explanation.tries;
    std::erase_if(tries, [](const ExplainedTry& attempt) { return attempt.last_resort; });
    return tries;
}

/// "gpt-4o-east is skipped (open)"; empty when it is not.
std::string why_not(const Explanation& explanation, const std::string& name) {
    for (const ExplainedDeployment& one : explanation.deployments) {
        if (one.status.name == name && one.skip != Skip::none) {
            return "; `" + name + "` is skipped: " + std::string(spillway::name(one.skip));
        }
    }
    return {};
}

/// What happens when nobody is asked.
std::string refused(const Explanation& explanation) {
    return explanation.refusal ? "the caller gets " + std::to_string(explanation.refusal->status) +
                                     " " + explanation.refusal->code
                               : "nobody else is asked";
}

class Judgement {
public:
    Judgement(const RoutingCase& one, const Explanation& explanation, Issues& issues)
        : one_(one),
          explanation_(explanation),
          tries_(ordinary_tries(explanation)),
          issues_(issues) {}

    /// False when a name in the case is none of the table's: then nothing else needs saying.
    bool knows_all_names(const Fleet& fleet) {
        Names known;
        for (const FleetDeployment& each : fleet.deployments()) {
            known.push_back(each.config.name);
        }
        Names used = one_.expected.first;
        used.insert(used.end(), one_.expected.never.begin(), one_.expected.never.end());
        for (const Names& group : one_.expected.order) {
            used.insert(used.end(), group.begin(), group.end());
        }
        for (const std::string& name : used) {
            if (contains(known, name)) { continue; }
            complain("expect", "there is no deployment `" + name + "` in the routing table",
                     did_you_mean(name, known));
            return false;
        }
        return true;
    }

    void route() {
        const std::string& wanted = one_.expected.route;
        if (wanted.empty() || wanted == explanation_.route) { return; }
        complain("route", explanation_.route.empty()
                              ? "no route serves it; " + refused(explanation_)
                              : "route `" + explanation_.route + "` serves it");
    }

    void error() {
        const std::string& wanted = one_.expected.error;
        const bool refused_so = explanation_.refusal && explanation_.refusal->code == wanted;
        if (wanted.empty() || refused_so) { return; }
        complain("error", explanation_.refusal
                              ? refused(explanation_)
                              : "`" + tries_.front().chances.front().deployment + "` serves it");
    }

    void first() {
        const Names& wanted = one_.expected.first;
        if (wanted.empty()) { return; }
        if (tries_.empty()) {
            complain("first", refused(explanation_) + why_not(explanation_, wanted.front()));
            return;
        }
        for (const Chance& chance : tries_.front().chances) {
            if (contains(wanted, chance.deployment)) { continue; }
            complain("first", "`" + chance.deployment + "` comes first for " + share(chance) +
                                  why_not(explanation_, wanted.front()));
            return;
        }
    }

    /// Group by group: whoever can come next has to be in the group until it is used up.
    void order() {
        std::size_t next = 0;
        for (Names group : one_.expected.order) {
            while (!group.empty()) {
                if (next == tries_.size()) {
                    complain("order", "after " + std::to_string(next) + " tries " +
                                          refused(explanation_) +
                                          why_not(explanation_, group.front()));
                    return;
                }
                const ExplainedTry& attempt = tries_[next++];
                for (const Chance& chance : attempt.chances) {
                    if (contains(group, chance.deployment)) { continue; }
                    complain("order", "try " + std::to_string(next) + " goes to `" +
                                          chance.deployment + "` for " + share(chance) +
                                          why_not(explanation_, group.front()));
                    return;
                }
                std::erase(group, attempt.chances.front().deployment);
            }
        }
        if (!one_.expected.order.empty() && next < tries_.size()) {
            complain("order", "try " + std::to_string(next + 1) + " goes to `" +
                                  tries_[next].chances.front().deployment + "`");
        }
    }

    void never() {
        for (const ExplainedTry& attempt : tries_) {
            for (const Chance& chance : attempt.chances) {
                if (!contains(one_.expected.never, chance.deployment)) { continue; }
                complain("never", "`" + chance.deployment + "` can be tried");
                return;
            }
        }
    }

private:
    static std::string share(const Chance& chance) {
        return std::to_string(std::lround(chance.share * 100)) + " % of requests";
    }

    void complain(std::string_view key, std::string message, std::string suggestion = {}) {
        issues_.error(nearest(one_.node, {"expect", key}).place,
                      "\"" + one_.name + "\": " + std::move(message), std::move(suggestion));
    }

    const RoutingCase& one_;
    const Explanation& explanation_;
    std::vector<ExplainedTry> tries_;
    Issues& issues_;
};

}  // namespace

void judge(const RoutingCase& one, const Fleet& fleet, TimePoint now, Issues& issues) {
    const auto explanation = explain(fleet, one.question, now);
    if (!explanation) {
        issues.error(one.node.place, "\"" + one.name + "\": " + explanation.error());
        return;
    }
    Judgement judgement(one, *explanation, issues);
    if (!judgement.knows_all_names(fleet)) { return; }
    judgement.route();
    judgement.error();
    judgement.first();
    judgement.order();
    judgement.never();
}

}  // namespace spillway
