// The thread that seals audit lines into their chain and writes them. Lines that cannot be written
// are kept, not lost: the workers see `writable` turn false and refuse (when_full: block) or drop
// and count (when_full: drop), so that what is kept stays bounded.
#pragma once

#include "audit/audit_file.hpp"
#include "audit/redactor.hpp"
#include "audit/seal.hpp"
#include "spillway/config.hpp"
#include "spillway/time.hpp"
#include "telemetry/log_lane.hpp"

#include <boost/system/result.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace spillway {

class AuditWriter {
public:
    /// Reads where the chain stands, writes the `head` line and starts the thread; does nothing
    /// when audit is off. The error is text for a start-up message.
    [[nodiscard]] static boost::system::result<std::unique_ptr<AuditWriter>, std::string> open(
        const AuditConfig& config, std::size_t workers);
    /// Writes what was handed over, for at most a second while that is not possible.
    ~AuditWriter();
    AuditWriter(const AuditWriter&) = delete;
    AuditWriter& operator=(const AuditWriter&) = delete;

    /// Null when audit is off. Stable address.
    [[nodiscard]] LogLane* lane(std::size_t worker);
    [[nodiscard]] bool is_on() const noexcept { return file_ != nullptr; }
    [[nodiscard]] WhenFull when_full() const noexcept { return config_.when_full; }
    /// The table's rules. Any thread.
    [[nodiscard]] const Redactor& redactor() const noexcept { return redactor_; }
    /// False from the first failed write to the next that succeeds. Any thread.
    [[nodiscard]] bool writable() const noexcept {
        return writable_.load(std::memory_order_relaxed);
    }
    /// A line found no room. Any thread; the stream itself will say how many.
    void note_dropped() noexcept { dropped_.fetch_add(1, std::memory_order_relaxed); }
    /// Opens the file again if it was moved away. Any thread.
    void reopen() noexcept { reopen_.store(true, std::memory_order_relaxed); }

    [[nodiscard]] std::uint64_t lines() const noexcept {
        return lines_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t dropped() const noexcept {
        return dropped_.load(std::memory_order_relaxed);
    }

private:
    AuditWriter(const AuditConfig& config, std::size_t workers);

    void start(AuditFile file, const AuditTail& tail);
    void run();
    void round();
    void take_lines();
    void seal_lines(std::string_view lines);
    void seal_head(std::string_view reason, std::size_t torn);
    void seal_dropped();
    void make_room();
    void go_on_in_place();
    [[nodiscard]] bool write_out();
    void note_failure(const boost::system::error_code& ec);
    void note_success();
    void sync_when_due();

    const AuditConfig config_;
    const Redactor redactor_;
    std::unique_ptr<AuditFile> file_;  // null: off
    AuditChain chain_;
    std::string sealed_;  // lines that wait to be written, in order
    TimePoint progress_{};
    TimePoint synced_{};
    bool unsynced_ = false;
    std::uint64_t told_dropped_ = 0;
    std::deque<LogLane> lanes_;
    std::atomic<bool> writable_{true};
    std::atomic<bool> reopen_{false};
    std::atomic<std::uint64_t> lines_{0};
    std::atomic<std::uint64_t> dropped_{0};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace spillway
