#include "fleet/credential_state.hpp"

namespace spillway {

std::string_view name(TokenTrouble trouble) noexcept {
    switch (trouble) {
        case TokenTrouble::none: return "none";
        case TokenTrouble::unreachable: return "unreachable";
        case TokenTrouble::busy: return "busy";
        case TokenTrouble::refused: return "refused";
        case TokenTrouble::malformed: return "malformed";
        case TokenTrouble::no_proof: return "no_proof";
    }
    return "unknown";
}

}  // namespace spillway
