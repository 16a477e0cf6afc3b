// The process: where it listens, what it accepts, how it ends, where it writes.
#pragma once

#include "spillway/config/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spillway {

struct ListenerTls {
    std::string certificate;
    std::string key;
    std::string client_ca;  ///< set: callers must present a certificate signed by it
};

struct ListenerConfig {
    std::string host;
    std::uint16_t port = 0;
    std::optional<ListenerTls> tls;
};

/// Bounds on what a caller may send, and on how slowly (anchors: reliability.md §1.11).
struct CallerLimits {
    std::size_t head_bytes = 16 * 1024;
    std::size_t head_fields = 100;
    std::size_t body_bytes = std::size_t{32} * 1024 * 1024;
    std::size_t connections = 10'000;  ///< over all workers
    std::chrono::milliseconds head_time{10'000};
    std::chrono::milliseconds body_idle{60'000};
    std::chrono::milliseconds write_stall{60'000};
    std::chrono::milliseconds keep_alive{75'000};
};

struct DrainConfig {
    std::chrono::milliseconds delay{5'000};      ///< keep accepting after /readyz turned 503
    std::chrono::milliseconds timeout{600'000};  ///< then streams are ended honestly
};

enum class LogLevel : std::uint8_t { debug, info, warn, error };

struct LogConfig {
    std::string access = "stdout";  ///< "stdout", "stderr", "off" or a file path
    LogLevel level = LogLevel::info;
};

/// Whoever may connect may read; with a token or client certificates, only who has one.
struct AdminConfig {
    std::string host = "127.0.0.1";
    std::uint16_t port = 9091;
    SecretSource token;  ///< asked for as a Bearer token; none: not asked for
    std::optional<ListenerTls> tls;
    std::vector<std::string> hosts;  ///< names accepted in Host besides addresses and localhost
};

/// What happens to a request whose audit line cannot be written.
enum class WhenFull : std::uint8_t {
    block,  ///< it is refused: no invocation without its line
    drop,   ///< it goes on, and the lost line is counted
};

struct AuditConfig {
    std::string to = "off";  ///< "off", "stdout" or a file path
    std::size_t rotate_bytes = std::size_t{100} * 1024 * 1024;
    std::uint32_t rotate_keep = 10;  ///< rotated files; older ones are deleted
    WhenFull when_full = WhenFull::drop;
    std::vector<std::string> redact;  ///< rules for kept bodies: `email`, `card` ..., `key:NAME`
};

/// Where spent budgets are kept between restarts.
struct LedgerConfig {
    std::string path;  ///< a file; empty: ledger.db in $STATE_DIRECTORY or the working directory
};

}  // namespace spillway
