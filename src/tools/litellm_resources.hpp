// The credentials, resources and deployments of an imported LiteLLM configuration. What several
// models share is written once: limits of one deployment must not be counted twice.
#pragma once

#include "tools/draft_names.hpp"
#include "tools/litellm_config.hpp"
#include "tools/litellm_upstream.hpp"
#include "tools/table_draft.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace spillway {

class LitellmResources {
public:
    /// The name of the deployment that serves `model`; new ones are added. Says in `leftovers` what
    /// of the model it does not have.
    [[nodiscard]] std::string deployment_for(const LitellmModel& model,
                                             const LitellmUpstream& upstream,
                                             std::vector<Leftover>& leftovers);

    /// `credentials`, `resources` and `deployments`.
    [[nodiscard]] std::vector<DraftSection> sections() &&;

private:
    using Settings = std::vector<Setting>;

    std::string credential_for(const LitellmUpstream& upstream, const std::string& resource);
    std::string resource_for(const LitellmUpstream& upstream);

    DraftNames credential_names_{NameRule::plain};
    DraftNames variable_names_{NameRule::plain, '_'};
    DraftNames resource_names_{NameRule::plain};
    DraftNames deployment_names_{NameRule::plain};
    std::map<std::pair<bool, std::string>, std::string> credentials_by_key_;
    std::map<std::string, std::string> resources_by_identity_;
    std::map<std::pair<std::string, std::string>, std::size_t> deployments_by_identity_;
    std::vector<DraftEntry> credentials_;
    std::vector<DraftEntry> resources_;
    std::vector<DraftEntry> deployments_;
    std::vector<LitellmModel> first_models_;  ///< the models whose limits the deployments have
};

}  // namespace spillway
