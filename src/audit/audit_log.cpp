#include "audit/audit_log.hpp"

namespace spillway {

bool AuditLog::admits() const noexcept {
    if (!is_on() || writer_.when_full() == WhenFull::drop) { return true; }
    return writer_.writable() && has_room();
}

void AuditLog::write(const AuditRecord& record) {
    if (!is_on()) { return; }
    if (!has_room()) { flush(); }
    // Requests that had begun when the stream got stuck get their lines: they are not many.
    if (!has_room() && writer_.when_full() == WhenFull::drop) {
        writer_.note_dropped();
        return;
    }
    append_audit_line(lines_.text(), record);
}

}  // namespace spillway
