#include "config/field_groups.hpp"

#include "config/shapes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway {

namespace {

constexpr std::int64_t kibi = 1024;
constexpr std::int64_t mebi = kibi * kibi;
constexpr std::size_t key_name_max = 64;

/// What src/audit/private_data finds, and `key:NAME`.
constexpr std::array<std::string_view, 5> redactions = {"email", "card", "iban", "api_key",
                                                        "bearer"};

bool is_redaction(std::string_view rule) {
    constexpr std::string_view key = "key:";
    if (!rule.starts_with(key)) { return std::ranges::find(redactions, rule) != redactions.end(); }
    return rule.size() > key.size() && rule.size() <= key.size() + key_name_max;
}

Shape redaction(std::vector<std::string>& rules) {
    return parsed("email, card, iban, api_key, bearer or key:NAME",
                  "email|card|iban|api_key|bearer|key:.{1,64}",
                  [&rules](std::string_view rule) -> std::optional<Complaint> {
                      if (!is_redaction(rule)) {
                          return Complaint{"is no rule of redaction",
                                           "write email, card, iban, api_key, bearer or key:NAME"};
                      }
                      rules.emplace_back(rule);
                      return std::nullopt;
                  });
}

}  // namespace

std::vector<Row> audit_rows(AuditConfig& audit) {
    return {
        {"to", "One JSON line per request, chained by hashes, to stdout, off or a file",
         text(audit.to, "stdout, off or a file")},
        {"rotate_bytes", "The file is renamed and a new one begun when it is this long",
         number(Unit::bytes, audit.rotate_bytes, {kibi, 1024 * 1024 * mebi})},
        {"rotate_keep", "Renamed files that are kept",
         number(Unit::plain, audit.rotate_keep, {1, 100'000})},
        {"when_full", "When lines cannot be written: block refuses requests, drop counts lines",
         choice(audit.when_full, {"block", "drop"})},
        {"redact", "What is taken out of kept bodies: email, card, iban, api_key, bearer, key:NAME",
         list_of([&audit] { return redaction(audit.redact); })},
    };
}

std::vector<Row> audit_bodies_rows(AuditBodies& bodies) {
    return {
        {"keep", "Bodies that the audit stream keeps: none, request or both",
         choice(bodies.keep, {"none", "request", "both"})},
        {"bytes", "Most of each body that is kept", number(Unit::bytes, bodies.bytes, {1, mebi})},
    };
}

}  // namespace spillway
