// One Azure OpenAI resource (or OpenAI organisation) with its state: limits, memory of prompts and
// responses, counters. Decides and accounts; never waits and never sends.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>

#include "sim/call.hpp"
#include "sim/envelope.hpp"
#include "sim/fault.hpp"
#include "sim/meter.hpp"
#include "sim/options.hpp"
#include "sim/reply.hpp"
#include "sim/request.hpp"
#include "sim/stats.hpp"
#include "sim/story.hpp"

namespace spillway_sim {

/// Owned by the simulator, used on its one thread.
class Resource {
public:
    Resource(ResourceOptions options, bool is_deterministic, TimePoint start);

    /// The honest answer; charges the limits.
    [[nodiscard]] Reply answer(const Request& request, const Call& call, TimePoint now);

    /// The refusal a fault asked for: before authentication and limits, nothing is charged.
    [[nodiscard]] Reply refuse_call(const Call& call, const Fault& fault);

    [[nodiscard]] const ResourceOptions& options() const { return options_; }

    /// Counters of the named deployment, or of everything else where there is none.
    Counts& counts_of(const std::string& deployment);
    ConnectionCounts& connections() { return connections_; }

    /// The deployment's meter, or null if there is no such deployment.
    [[nodiscard]] Meter* meter_of(const std::string& deployment);

    /// Forgets everything counted and charged; limits stay.
    void reset(TimePoint now);

    [[nodiscard]] Json stats() const;

private:
    struct Deployment {
        DeploymentOptions options;
        Meter meter;
        Counts counts;
        /// Fingerprints of the beginnings of long prompts, for cached_tokens.
        std::unordered_set<std::uint64_t> beginnings;
    };

    [[nodiscard]] Reply answer_from(Deployment& deployment, const Call& call, TimePoint now);
    [[nodiscard]] Reply throttle(const Deployment& deployment, const Call& call,
                                 Admission admission, TimePoint now) const;
    [[nodiscard]] Reply compose(Deployment& deployment, const Call& call);
    [[nodiscard]] Envelope make_envelope(const Deployment& deployment, const Call& call);
    [[nodiscard]] std::string next_id(const Call& call);
    [[nodiscard]] Reply list_models() const;
    [[nodiscard]] bool is_stored(const Prompt& prompt) const;

    ResourceOptions options_;
    bool is_deterministic_;
    std::map<std::string, Deployment> deployments_;
    Counts elsewhere_;
    ConnectionCounts connections_;
    std::uint64_t ids_ = 0;
    std::deque<std::string> stored_responses_;
};

}  // namespace spillway_sim
