#include "sim/fault_plan.hpp"

#include <chrono>
#include <utility>

#include "sim/fields.hpp"

namespace spillway_sim {

namespace {

spillway::Duration seconds_of(double seconds) {
    return std::chrono::duration_cast<spillway::Duration>(std::chrono::duration<double>(seconds));
}

bool matches(const std::string& wanted, const std::string& asked) {
    return wanted.empty() || wanted == asked;
}

}  // namespace

bool FaultPlan::Rule::concerns(const FaultScope& asked, TimePoint now) const {
    return now >= from && now < until && matches(scope.resource, asked.resource) &&
           matches(scope.deployment, asked.deployment) && matches(scope.operation, asked.operation);
}

std::size_t FaultPlan::add(const Json& json, TimePoint now) {
    Fields fields(json, "fault rule");
    Rule rule;
    rule.given = json;
    rule.scope.resource = fields.take<std::string>("resource", "");
    rule.scope.deployment = fields.take<std::string>("deployment", "");
    rule.scope.operation = fields.take<std::string>("op", "");
    rule.from = now + seconds_of(fields.take("after_s", 0.0));
    rule.until = fields.find("for_s") == nullptr
                     ? spillway::never
                     : rule.from + seconds_of(fields.take("for_s", 0.0));
    rule.count = fields.take("count", rule.count);
    rule.every = std::max<std::uint64_t>(1, fields.take("every", rule.every));
    rule.probability = fields.take("probability", rule.probability);
    const Json* fault = fields.find("fault");
    if (fault == nullptr) { throw InputError("fault rule: \"fault\" is missing"); }
    rule.fault = read_fault(*fault, "fault");
    fields.finish();
    rule.id = next_id_++;
    rules_.push_back(std::move(rule));
    return rules_.back().id;
}

bool FaultPlan::take(Rule& rule) {
    ++rule.seen;
    if (rule.applied >= rule.count || rule.seen % rule.every != 0) { return false; }
    if (rule.probability < 1 &&
        std::uniform_real_distribution<double>(0, 1)(random_) >= rule.probability) {
        return false;
    }
    ++rule.applied;
    return true;
}

const Fault* FaultPlan::take_for_request(const FaultScope& scope, TimePoint now) {
    for (Rule& rule : rules_) {
        if (rule.fault.is_about_connections() || !rule.concerns(scope, now)) { continue; }
        if (take(rule)) { return &rule.fault; }
    }
    return nullptr;
}

bool FaultPlan::take_reset(const std::string& resource, TimePoint now) {
    const FaultScope scope{resource, "", ""};
    for (Rule& rule : rules_) {
        if (rule.fault.is_reset_on_accept && rule.concerns(scope, now) && take(rule)) {
            return true;
        }
    }
    return false;
}

Refuse FaultPlan::refusing(const std::string& resource, TimePoint now) const {
    const FaultScope scope{resource, "", ""};
    for (const Rule& rule : rules_) {
        if (rule.fault.refuse != Refuse::none && rule.concerns(scope, now)) {
            return rule.fault.refuse;
        }
    }
    return Refuse::none;
}

Json FaultPlan::to_json() const {
    Json all = Json::array();
    for (const Rule& rule : rules_) {
        Json shown = {{"id", rule.id}, {"applied", rule.applied}};
        shown.update(rule.given);
        all.push_back(std::move(shown));
    }
    return all;
}

}  // namespace spillway_sim
