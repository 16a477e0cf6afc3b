// Could the gateway listen where its table says, and if not, is it because it does already?
#pragma once

#include "spillway/config.hpp"
#include "tools/host_diagnosis.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace spillway {

class PortCheck {
public:
    /// Asks whoever listens at `admin` which ports a gateway has; waits at most five seconds.
    explicit PortCheck(const AdminConfig& admin);

    [[nodiscard]] PortState listener(const std::string& host, std::uint16_t port) const;
    [[nodiscard]] PortState admin() const noexcept { return admin_state_; }

private:
    PortState admin_state_;
    std::set<std::uint16_t> ports_of_gateway_;
};

}  // namespace spillway
