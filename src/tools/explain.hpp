// Which deployments a request would be sent to, in which order, and why not the others: a question
// to the data path's own planner, on the state of this moment or on a supposed one. Takes no
// permit and changes nothing.
#pragma once

#include "fleet/fleet.hpp"
#include "fleet/status.hpp"
#include "spillway/operation.hpp"
#include "spillway/policy/planner.hpp"
#include "spillway/time.hpp"
#include "tools/question.hpp"
#include "tools/subject.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// One deployment of the route, in tier order.
struct ExplainedDeployment {
    DeploymentStatus status;  ///< its real state, whatever is supposed
    unsigned tier = 1;        ///< from 1
    std::string url;          ///< what would be called there
    Skip skip = Skip::none;
    bool probe = false;     ///< would be a trial of one that was broken
    bool degraded = false;  ///< slow: after the others of its tier
    double ramp = 1.0;  ///< below 1 while it recovers: the share of requests it may come first for
    Duration ready_in{};        ///< skipped for a time: how long; else 0
    Tokens reserves = 0;        ///< what the request would take of its tokens per minute
    std::string_view supposed;  ///< "down", "throttled", "full"; empty: its real state
};

struct Chance {
    std::string deployment;
    double share = 1.0;  ///< of requests, 0..1, to about a hundredth
};

/// One attempt, given that all before it failed.
struct ExplainedTry {
    std::vector<Chance> chances;  ///< the likeliest first; the next try assumes that it failed
    bool last_resort = false;     ///< judged broken; tried now and then when nobody is left
};

/// What the caller would be told if nothing (but perhaps a last resort) took the request.
struct ExplainedRefusal {
    int status = 503;
    std::string code;
    std::string message;
    Duration retry_in{};  ///< 0: no hint
};

struct Explanation {
    Operation operation{};
    std::string model;           ///< as asked
    std::string route;           ///< empty: there is none, see `refusal`
    bool by_alias = false;       ///< the route was found by an alias
    std::string residency;       ///< empty: any geography
    std::uint32_t attempts = 0;  ///< most attempts per request that cost an upstream work
    std::vector<ExplainedDeployment> deployments;
    std::vector<ExplainedTry> tries;
    std::optional<ExplainedRefusal> refusal;
};

/// The error is for whoever asked: a question that makes no sense, a supposed name that does not
/// exist. Takes up to half a second for a route of 32 deployments.
[[nodiscard]] boost::system::result<Explanation, std::string> explain(const Fleet& fleet,
                                                                      const Question& question,
                                                                      TimePoint now);

}  // namespace spillway
