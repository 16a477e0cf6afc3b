// One finished request as one line of the audit stream. Pure; its keys are a contract
// (docs/audit.md).
#pragma once

#include "spillway/money.hpp"
#include "spillway/operation.hpp"
#include "spillway/policy/classify.hpp"
#include "spillway/result.hpp"
#include "spillway/time.hpp"
#include "spillway/usage.hpp"
#include "wire/filter_verdicts.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace spillway {

/// Where a deployment stands; from the table.
struct AuditPlace {
    std::string_view deployment;
    std::string_view resource;
    std::string_view region;
    std::string_view geography;
};

/// One deployment that was asked.
struct AuditAttempt {
    AuditPlace place;
    int status = 0;  ///< 0: no status line
    Reason reason = Reason::none;
};

/// What the table's rules left of a body.
struct KeptBody {
    std::string text;
    std::size_t redacted = 0;  ///< places
    bool cut = false;          ///< there was more
};

/// Views must live until the line is appended. Of what does not exist (empty text, `status` 0) the
/// keys are left out.
struct AuditRecord {
    WallTime at{};  ///< when the request's head was complete
    std::string_view request_id;
    std::string_view caller;         ///< name in the table
    std::string_view identified_by;  ///< id of its key, subject of its token or certificate
    std::string_view cost_center;
    const std::map<std::string, std::string>* tags = nullptr;  ///< of the caller; null: none
    std::string_view peer;
    std::optional<Operation> operation;
    std::string_view route;
    std::string_view model;  ///< as asked for: a route's name or alias
    bool stream = false;

    std::span<const AuditAttempt> attempts;  ///< the last one is what the caller got, if any
    std::size_t attempt_count = 0;           ///< may exceed the ones shown
    std::string_view residency;              ///< what the route demands; empty: nothing
    bool residency_held = true;              ///< no attempt left it

    int status = 0;  ///< sent to the caller
    Outcome outcome = Outcome::ok;
    std::string_view detail;
    std::optional<Usage> usage;
    Tokens estimated_tokens = 0;  ///< charged because usage was not reported; 0: it was
    std::optional<Money> cost;    ///< none: nothing was charged
    FilterVerdicts filter;
    std::uint64_t request_bytes = 0;
    std::string_view request_sha256;  ///< of the body as it came
    std::optional<KeptBody> request;
    std::optional<KeptBody> answer;
};

/// Bound of a line without its kept bodies and its seal.
inline constexpr std::size_t audit_line_bytes_max = 16 * 1024;

/// Appends the record as a JSON object on one line, its end included.
void append_audit_line(std::string& out, const AuditRecord& record);

}  // namespace spillway
