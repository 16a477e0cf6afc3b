// Decides which fault, if any, meets this request or connection: rules with a scope, a time and a
// dose. Pure: `now` is an argument and chance comes from a seeded generator.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "sim/fault.hpp"
#include "spillway/time.hpp"

namespace spillway_sim {

using spillway::TimePoint;

/// Who asks for a fault. A rule that names a field matches equal values only.
struct FaultScope {
    std::string resource;
    std::string deployment;
    std::string operation;
};

class FaultPlan {
public:
    explicit FaultPlan(std::uint64_t seed) : random_(seed) {}

    /// Adds one rule (README.md has the keys) and returns its id. Its `after_s` counts from `now`.
    /// Throws InputError.
    std::size_t add(const Json& rule, TimePoint now);

    void clear() { rules_.clear(); }

    /// The fault for a request, or nullptr; counts it. The first rule that applies wins. The
    /// pointer holds until the plan changes.
    [[nodiscard]] const Fault* take_for_request(const FaultScope& scope, TimePoint now);

    /// Whether a connection of this resource is to be reset at its start; counts it.
    [[nodiscard]] bool take_reset(const std::string& resource, TimePoint now);

    /// Whether the resource refuses connections at this time; costs nothing.
    [[nodiscard]] Refuse refusing(const std::string& resource, TimePoint now) const;

    /// Every rule as it was given, with its id and how often it was applied.
    [[nodiscard]] Json to_json() const;

private:
    struct Rule {
        Json given;
        FaultScope scope;
        TimePoint from;
        TimePoint until;
        std::uint64_t count = std::numeric_limits<std::uint64_t>::max();
        std::uint64_t every = 1;
        double probability = 1;
        Fault fault;
        std::size_t id = 0;
        std::uint64_t seen = 0;
        std::uint64_t applied = 0;

        [[nodiscard]] bool concerns(const FaultScope& asked, TimePoint now) const;
    };

    [[nodiscard]] bool take(Rule& rule);

    std::vector<Rule> rules_;
    std::size_t next_id_ = 1;
    std::mt19937_64 random_;
};

}  // namespace spillway_sim
