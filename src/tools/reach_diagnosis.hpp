// How a resource is reached, judged: its name, its addresses, its certificate.
// Says what to change, because nobody sees these failures more than once a year.
#pragma once

#include "spillway/result.hpp"
#include "spillway/time.hpp"
#include "tools/diagnosis.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace spillway {

/// `host` is what is looked up: the endpoint's or its `connect_to`'s.
[[nodiscard]] Diagnosis diagnose_name(const std::string& resource, const std::string& host,
                                      const Result<std::vector<std::string>>& addresses);

/// One address that was connected to.
struct Knock {
    std::string address;  ///< with its port
    Result<void> answer;
};
[[nodiscard]] Diagnosis diagnose_connecting(const std::string& resource,
                                            std::span<const Knock> knocks);

struct Handshake {
    Result<void> done;
    std::string reason;               ///< OpenSSL's words for a failure; may be empty
    std::optional<WallTime> expires;  ///< of the first certificate of the chain that ends
    WallTime now;
};
/// A certificate that ends sooner is warned of.
inline constexpr std::chrono::days expires_soon{14};
/// `host` is the name that the certificate has to carry.
[[nodiscard]] Diagnosis diagnose_handshake(const std::string& resource, const std::string& host,
                                           const Handshake& handshake);

/// "2026-12-31, in 35 days"; used for listeners' certificates, too.
[[nodiscard]] std::string expiry_text(WallTime expires, WallTime now);

}  // namespace spillway
