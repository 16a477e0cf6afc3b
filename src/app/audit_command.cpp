#include "app/audit_command.hpp"

#include "audit/verify.hpp"

#include <ostream>

namespace spillway {

namespace {

void print(const AuditFinding& finding, Terminal terminal) {
    terminal.err << finding.file;
    if (finding.line > 0) { terminal.err << ":" << finding.line; }
    terminal.err << ": " << finding.trouble << "\n";
}

void print(const AuditProof& proof, Terminal terminal) {
    terminal.out << "lines " << proof.first << " to " << proof.end.lines
                 << " are whole, unaltered and in order: " << proof.requests << " requests\n";
    if (proof.dropped > 0) {
        terminal.out << proof.dropped << " lines were never written (`dropped` lines say where)\n";
    }
    terminal.out << "last hash " << proof.end.last_hash << "\n";
}

}  // namespace

ExitCode verify_audit_files(const AuditOrder& order, Terminal terminal) {
    const AuditProof proof = verify_audit(order.files);
    if (!proof.finding.trouble.empty()) {
        print(proof.finding, terminal);
        return ExitCode::wrong_input;
    }
    if (!order.last.empty() && order.last != proof.end.last_hash) {
        terminal.err << "the last line's hash is " << proof.end.last_hash << ", not " << order.last
                     << ": lines are missing at the end, or others were written since\n";
        return ExitCode::wrong_input;
    }
    print(proof, terminal);
    return ExitCode::fine;
}

}  // namespace spillway
