// What the simulator is asked to be: resources, their deployments and limits, pace. Read from JSON;
// the command line is turned into the same JSON first, so that there is one set of rules.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/json.hpp"
#include "sim/meter.hpp"
#include "sim/refusal.hpp"
#include "sim/target.hpp"

namespace spillway_sim {

struct Pace {
    /// Before the first token of a stream; a JSON answer waits for all its tokens.
    std::chrono::milliseconds first_token{5};
    std::chrono::milliseconds token{1};
    /// Length of an answer that nothing else bounds.
    std::int64_t tokens = 16;
};

struct DeploymentOptions {
    std::string model;
    Meter::Limits limits;
    /// Prompt tokens the model takes.
    std::int64_t context = 128'000;
};

struct ResourceOptions {
    std::string name;
    Kind kind = Kind::azure;
    /// ADDRESS:PORT; port 0 lets the system choose.
    std::string listen = "127.0.0.1:0";
    std::vector<std::string> keys;
    std::string region = "eastus";
    /// PEM files; empty: no TLS.
    std::string certificate_file;
    std::string key_file;
    std::map<std::string, DeploymentOptions> deployments;
    Pace pace;
    /// How a 429 of the resource's own limits looks: form and hint of refusal.hpp. The form
    /// `stream` reports it inside a 200 on v1 responses streams (azure-protocol §4.5).
    std::string throttle_form;
    Hint throttle_hint = Hint::both;
};

struct Options {
    std::vector<ResourceOptions> resources;
    std::string admin = "127.0.0.1:0";
    bool has_header_faults = true;
    /// Ids and times of creation become functions of the request.
    bool is_deterministic = false;
    std::uint64_t seed = 1;
    /// Fault rules that hold from the start.
    Json faults = Json::array();
};

/// Throws InputError on anything unknown or unusable.
[[nodiscard]] Options read_options(const Json& json);

}  // namespace spillway_sim
