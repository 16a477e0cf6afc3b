#include "spillway/denial.hpp"

namespace spillway {

std::string_view name(Denial denial) noexcept {
    switch (denial) {
        case Denial::credential_missing: return "credential_missing";
        case Denial::key_invalid: return "key_invalid";
        case Denial::token_invalid: return "token_invalid";
        case Denial::token_expired: return "token_expired";
        case Denial::groups_overage: return "groups_overage";
        case Denial::issuer_unavailable: return "issuer_unavailable";
        case Denial::certificate_unknown: return "certificate_unknown";
        case Denial::route: return "route";
        case Denial::operation: return "operation";
        case Denial::output: return "output";
        case Denial::requests: return "requests";
        case Denial::tokens: return "tokens";
        case Denial::streams: return "streams";
        case Denial::budget: return "budget";
    }
    return "unknown";
}

}  // namespace spillway
