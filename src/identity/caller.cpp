#include "identity/caller.hpp"

#include <algorithm>
#include <utility>

namespace spillway {

Caller::Caller(CallerConfig config, std::size_t position, std::size_t routes,
               std::shared_ptr<CallerShare> share)
    : config_(std::move(config)),
      position_(position),
      routes_(routes, config_.routes.empty()),
      share_(std::move(share)) {
    for (const RouteId route : config_.routes) { routes_[index(route)] = true; }
}

bool Caller::may_use(Operation operation) const noexcept {
    return config_.operations.empty() ||
           std::ranges::find(config_.operations, operation) != config_.operations.end();
}

std::string_view name(Proof proof) noexcept {
    switch (proof) {
        case Proof::none: return "none";
        case Proof::key: return "key";
        case Proof::token: return "token";
        case Proof::certificate: return "certificate";
    }
    return "unknown";
}

}  // namespace spillway
