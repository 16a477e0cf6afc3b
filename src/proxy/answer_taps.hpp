// What is read out of an answer while it passes: usage always; what the audit stream keeps only
// when there is one.
#pragma once

#include "spillway/config.hpp"
#include "spillway/operation.hpp"
#include "wire/answer_text.hpp"
#include "wire/filter_tap.hpp"
#include "wire/sse.hpp"
#include "wire/usage_tap.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace spillway {

/// For the audit stream.
struct AuditTaps {
    FilterTap filter;
    std::optional<AnswerText> text;  ///< none: the route keeps no answers
};

/// Of one attempt.
class AnswerTaps {
public:
    /// `audit` is null when there is no audit stream.
    AnswerTaps(Operation operation, std::unique_ptr<AuditTaps> audit)
        : usage_(operation), audit_(std::move(audit)) {}

    void on_event(const SseEvent& event) {
        usage_.on_event(event);
        if (!audit_) { return; }
        audit_->filter.on_event(event);
        if (audit_->text) { audit_->text->on_event(event); }
    }
    void on_json(std::string_view piece) {
        usage_.on_json(piece);
        on_error(piece);
    }
    /// The body of an error: it has no usage.
    void on_error(std::string_view body) {
        if (!audit_) { return; }
        audit_->filter.on_json(body);
        if (audit_->text) { audit_->text->on_json(body); }
    }

    [[nodiscard]] const UsageTap& usage() const noexcept { return usage_; }
    /// Once, when the attempt has become the request's ending.
    [[nodiscard]] std::unique_ptr<AuditTaps> take_audit() noexcept { return std::move(audit_); }

private:
    UsageTap usage_;
    std::unique_ptr<AuditTaps> audit_;
};

}  // namespace spillway
