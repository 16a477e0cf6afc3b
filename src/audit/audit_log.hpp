// A worker's end of the audit stream.
#pragma once

#include "audit/audit_record.hpp"
#include "audit/audit_writer.hpp"
#include "telemetry/log_lane.hpp"

#include <cstddef>

namespace spillway {

/// Owned and used by one worker only; the writer outlives it.
class AuditLog {
public:
    /// Lines that a worker keeps while they cannot be written.
    static constexpr std::size_t buffer_bytes_max = std::size_t{4} * 1024 * 1024;

    AuditLog(AuditWriter& writer, std::size_t worker)
        : writer_(writer), lines_(writer.lane(worker)) {}

    [[nodiscard]] const Redactor& redactor() const noexcept { return writer_.redactor(); }
    [[nodiscard]] bool is_on() const noexcept { return lines_.is_on(); }
    /// False: no request may begin, as its line could not be written (when_full: block).
    [[nodiscard]] bool admits() const noexcept;
    /// Drops and counts the line when there is no room for it and that is allowed.
    void write(const AuditRecord& record);
    /// Hands the lines over; called by the worker once per timer tick.
    void flush() { lines_.flush(); }

private:
    [[nodiscard]] bool has_room() const noexcept { return lines_.size() < buffer_bytes_max; }

    AuditWriter& writer_;
    LogBuffer lines_;
};

}  // namespace spillway
