#include "identity/issuer_state.hpp"

#include "identity/token_issuer.hpp"

namespace spillway {

std::shared_ptr<IssuerState> IssuerStates::of(const TokenIssuerConfig& issuer) {
    std::erase_if(states_, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<IssuerState>& known = states_[keys_url(issuer) + "\n" + issuer.ca_file];
    std::shared_ptr<IssuerState> state = known.lock();
    if (!state) {
        state = std::make_shared<IssuerState>();
        known = state;
    }
    return state;
}

}  // namespace spillway
