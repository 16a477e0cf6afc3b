// A caller as the data path sees it: what it may do, and how a request proved to be its own. The
// ledger, the audit and the log all refer to this.
#pragma once

#include "identity/caller_share.hpp"
#include "spillway/config/caller.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// The caller that requests without credentials are served as.
inline constexpr std::string_view anonymous_caller = "_anonymous";

/// Part of an immutable directory; lives as long as the snapshot.
class Caller {
public:
    /// `position`: dense, from 0. `routes`: how many the table has.
    Caller(CallerConfig config, std::size_t position, std::size_t routes,
           std::shared_ptr<CallerShare> share);

    [[nodiscard]] const CallerConfig& config() const noexcept { return config_; }
    [[nodiscard]] const std::string& name() const noexcept { return config_.name; }
    [[nodiscard]] std::size_t position() const noexcept { return position_; }

    [[nodiscard]] bool may_use(RouteId route) const noexcept { return routes_[index(route)]; }
    [[nodiscard]] bool may_use(Operation operation) const noexcept;
    [[nodiscard]] bool may_use_all_routes() const noexcept { return config_.routes.empty(); }
    /// Null: unlimited.
    [[nodiscard]] CallerShare* share() const noexcept {
        return has_share_limits(config_) ? share_.get() : nullptr;
    }
    /// Puts this table's limits in force, for the requests of earlier snapshots too.
    void take_effect() const noexcept { share_->change(config_); }

private:
    CallerConfig config_;
    std::size_t position_;
    std::vector<bool> routes_;
    std::shared_ptr<CallerShare> share_;
};

enum class Proof : std::uint8_t { none, key, token, certificate };
[[nodiscard]] std::string_view name(Proof proof) noexcept;

/// Who sent a request, and how that is known.
struct Identity {
    const Caller* caller = nullptr;  ///< null: not established (yet)
    Proof proof = Proof::none;
    /// The key's id, the token's subject (`oid` or `sub`), or the certificate's; never a secret.
    std::string subject;
};

}  // namespace spillway
