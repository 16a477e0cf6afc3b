// The machine that the gateway is to run on, judged: its clock, how many descriptors it gives, who
// listens where, what the files named in the table are good for.
#pragma once

#include "spillway/config/process.hpp"
#include "spillway/time.hpp"
#include "tools/diagnosis.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace spillway {

/// How far our clock is ahead of each server that told the time.
[[nodiscard]] Diagnosis diagnose_clock(std::span<const Duration> ahead);

/// `limit`: what this process may be raised to.
[[nodiscard]] Diagnosis diagnose_descriptors(std::uint64_t limit, std::uint64_t wanted,
                                             const CallerLimits& limits);

/// What became of listening where the table says.
enum class PortState : std::uint8_t {
    free,
    ours,       ///< a gateway's admin listener says that it listens there
    taken,      ///< somebody else
    forbidden,  ///< for this user
    foreign,    ///< the address is not this machine's
    unusable,   ///< anything else
};
/// `check`: `listener` or `admin`.
[[nodiscard]] Diagnosis diagnose_port(const std::string& check, const std::string& address,
                                      PortState state);

/// Who can reach the admin listener, and what is asked of them.
[[nodiscard]] Diagnosis diagnose_admin_reach(const std::string& address, const AdminConfig& admin);

/// A file that the table names for `subject`. `trouble` is empty when it is as it has to be.
[[nodiscard]] Diagnosis diagnose_file(const std::string& subject, const std::string& path,
                                      const std::string& trouble);

/// A listener's certificate and key: `trouble` as OpenSSL tells it, empty for none.
[[nodiscard]] Diagnosis diagnose_certificate(const std::string& listener,
                                             const std::string& trouble,
                                             std::optional<WallTime> expires, WallTime now);

}  // namespace spillway
