// Where a LiteLLM model is served: the resource and deployment that its provider, api_base and key
// stand for.
#pragma once

#include "spillway/config.hpp"
#include "tools/litellm_config.hpp"

#include <boost/system/result.hpp>

#include <string>

namespace spillway {

struct LitellmUpstream {
    ResourceKind kind = ResourceKind::openai;
    std::string kind_note;
    std::string deployment;   ///< the model's name at the resource
    std::string wanted_name;  ///< a good name for the resource
    std::string endpoint;     ///< as YAML
    std::string endpoint_note;
    LitellmText api_version;  ///< not given: none is sent, or the default
    LitellmText api_key;      ///< not given: requests are not signed
    std::string key_note;
};

/// Or why Spillway cannot serve it.
[[nodiscard]] boost::system::result<LitellmUpstream, std::string> litellm_upstream(
    const LitellmModel& model);

}  // namespace spillway
