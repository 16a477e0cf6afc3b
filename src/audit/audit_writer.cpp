#include "audit/audit_writer.hpp"

#include "telemetry/build_info.hpp"
#include "telemetry/event_log.hpp"
#include "telemetry/json_text.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <utility>

namespace spillway {

namespace {

using namespace std::chrono_literals;

// How long a line may wait for its write; workers never wake the writer.
constexpr auto round_time = 50ms;
constexpr auto pipe_patience = 100ms;
// A reader of a pipe that has taken nothing for so long has stopped reading.
constexpr auto pipe_stall = 1s;
constexpr auto sync_every = 1s;
constexpr auto last_patience = 1s;
// While more than this waits, lines stay with the workers, who refuse or drop.
constexpr std::size_t sealed_bytes_max = std::size_t{8} * 1024 * 1024;
constexpr std::size_t word_bytes_max = 256;

std::string host_name() {
    std::array<char, HOST_NAME_MAX + 1> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

}  // namespace

boost::system::result<std::unique_ptr<AuditWriter>, std::string> AuditWriter::open(
    const AuditConfig& config, std::size_t workers) {
    std::unique_ptr<AuditWriter> writer(new AuditWriter(config, workers));
    if (config.to == "off") { return writer; }
    auto file = AuditFile::open(config.to);
    if (!file) { return file.error(); }
    const auto tail = file->tail();
    if (!tail) { return tail.error(); }
    writer->start(std::move(*file), *tail);
    return writer;
}

AuditWriter::AuditWriter(const AuditConfig& config, std::size_t workers)
    : config_(config), redactor_(config.redact), lanes_(workers) {}

void AuditWriter::start(AuditFile file, const AuditTail& tail) {
    file_ = std::make_unique<AuditFile>(std::move(file));
    chain_ = tail.chain;
    if (tail.torn > 0) { sealed_ += '\n'; }
    seal_head("start", tail.torn);
    thread_ = std::thread(&AuditWriter::run, this);
}

AuditWriter::~AuditWriter() {
    stopping_.store(true, std::memory_order_relaxed);
    if (thread_.joinable()) { thread_.join(); }
}

LogLane* AuditWriter::lane(std::size_t worker) { return file_ ? &lanes_[worker] : nullptr; }

void AuditWriter::run() {
    progress_ = synced_ = Clock::now();
    while (!stopping_.load(std::memory_order_relaxed)) {
        round();
        std::this_thread::sleep_for(round_time);
    }
    const TimePoint deadline = Clock::now() + last_patience;
    do { round(); } while (!sealed_.empty() && Clock::now() < deadline);
    if (const auto ec = file_->sync(); ec) { note_failure(ec); }
}

void AuditWriter::round() {
    if (reopen_.exchange(false, std::memory_order_relaxed)) { go_on_in_place(); }
    take_lines();
    if (write_out()) {
        note_success();
        seal_dropped();
    }
    sync_when_due();
}

void AuditWriter::take_lines() {
    for (LogLane& lane : lanes_) {
        if (sealed_.size() > sealed_bytes_max) { return; }
        std::unique_ptr<std::string> lines = lane.take();
        if (!lines) { continue; }
        seal_lines(*lines);
        lane.recycle(std::move(lines));
    }
}

void AuditWriter::seal_lines(std::string_view lines) {
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        make_room();
        append_sealed(sealed_, lines.substr(0, end), chain_);
        lines_.fetch_add(1, std::memory_order_relaxed);
        lines.remove_prefix(end + 1);
    }
}

void AuditWriter::seal_head(std::string_view reason, std::size_t torn) {
    std::string object;
    JsonObject head(object);
    head.text("kind", "head", word_bytes_max);
    head.time("at", std::chrono::system_clock::now());
    head.text("reason", reason, word_bytes_max);
    head.text("version", build_info().version, word_bytes_max);
    head.text("host", host_name(), word_bytes_max);
    head.number("pid", ::getpid());
    if (torn > 0) { head.number("torn", static_cast<std::int64_t>(torn)); }
    head.finish();
    append_sealed(sealed_, object, chain_);
}

/// What is missing is said where it is missing.
void AuditWriter::seal_dropped() {
    const std::uint64_t dropped = this->dropped();
    if (dropped == told_dropped_) { return; }
    std::string object;
    JsonObject line(object);
    line.text("kind", "dropped", word_bytes_max);
    line.time("at", std::chrono::system_clock::now());
    line.number("lines", static_cast<std::int64_t>(dropped - told_dropped_));
    line.finish();
    append_sealed(sealed_, object, chain_);
    told_dropped_ = dropped;
}

/// Rotates when the file is full and everything in it has been written: lines are sealed into the
/// file in which they will stand.
void AuditWriter::make_room() {
    if (!file_->is_named() || file_->size() + sealed_.size() < config_.rotate_bytes) { return; }
    if (!write_out()) { return; }
    const auto synced = file_->sync();
    const auto rotated = synced ? synced : file_->rotate(config_.rotate_keep);
    if (rotated) {
        log_event(Severity::error, "audit_rotation_failed",
                  {{"path", config_.to}, {"reason", rotated.message()}});
        return;
    }
    seal_head("rotation", 0);
}

void AuditWriter::go_on_in_place() {
    if (!file_->is_gone()) { return; }
    // What waits belongs to the file it was sealed for, wherever that is now.
    if (!write_out()) { return; }
    if (const auto ec = file_->sync(); ec) { note_failure(ec); }
    if (const auto ec = file_->reopen(); ec) {
        log_event(Severity::error, "audit_reopen_failed",
                  {{"path", config_.to}, {"reason", ec.message()}});
        return;
    }
    seal_head("reopen", 0);
}

/// True when nothing waits any more.
bool AuditWriter::write_out() {
    std::string_view rest = sealed_;
    while (!rest.empty()) {
        const auto written = file_->write_some(rest, pipe_patience);
        if (!written) {
            if (written.error() == boost::system::errc::interrupted) { continue; }
            sealed_.erase(0, sealed_.size() - rest.size());
            note_failure(written.error());
            return false;
        }
        rest.remove_prefix(*written);
        progress_ = Clock::now();
        unsynced_ = true;
    }
    sealed_.clear();
    return true;
}

void AuditWriter::note_failure(const boost::system::error_code& ec) {
    const bool may_be_slow = ec == boost::system::errc::resource_unavailable_try_again;
    if (may_be_slow && Clock::now() - progress_ < pipe_stall) { return; }
    writable_.store(false, std::memory_order_relaxed);
    const bool blocks = config_.when_full == WhenFull::block;
    log_event(Severity::error, "audit_not_writable",
              {{"destination", config_.to},
               {"reason", may_be_slow ? "nobody reads it" : ec.message()},
               {"consequence", blocks ? "requests are refused" : "audit lines will be dropped"}});
}

void AuditWriter::note_success() {
    progress_ = Clock::now();
    if (writable_.exchange(true, std::memory_order_relaxed)) { return; }
    log_event(Severity::info, "audit_writable_again", {{"destination", config_.to}});
}

void AuditWriter::sync_when_due() {
    const TimePoint now = Clock::now();
    if (!unsynced_ || now - synced_ < sync_every) { return; }
    synced_ = now;
    unsynced_ = false;
    if (const auto ec = file_->sync(); ec) { note_failure(ec); }
    // Deleted or moved without a signal: lines must not go where nobody will find them.
    go_on_in_place();
}

}  // namespace spillway
