// One try of one request at one deployment, up to the commit point. Called by dispatch; when its
// verdict is `pass`, relay takes the answer from here. Until then nothing has gone to the caller
// and every failure may still go elsewhere.
#pragma once

#include "net/byte_buffer.hpp"
#include "net/dialer.hpp"
#include "proxy/answer_taps.hpp"
#include "proxy/exchange.hpp"
#include "proxy/upstream_link.hpp"
#include "spillway/policy/classify.hpp"
#include "spillway/policy/clocks.hpp"
#include "spillway/policy/commit.hpp"
#include "wire/dialect.hpp"
#include "wire/framing.hpp"
#include "wire/hints.hpp"
#include "wire/sse.hpp"

#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace spillway {

class Attempt final : private DialObserver {
public:
    Attempt(Exchange& exchange, const FleetDeployment& deployment, Permit permit, Clocks& clocks,
            TimePoint now);
    ~Attempt() override;
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

    /// `pass`: an answer is ready for the caller. Else nothing of it may be shown, unless
    /// `showable`.
    [[nodiscard]] task<Verdict> run();

    // What relay and ending need of a passed answer.

    enum class Body : std::uint8_t {
        whole,   ///< all of it is in `held()`
        json,    ///< more is to come; not a stream of events
        events,  ///< a stream of events
    };
    [[nodiscard]] Body body() const noexcept { return body_; }
    /// Until `release_buffer`.
    [[nodiscard]] const ResponseHead& head() const noexcept { return head_; }
    /// Payload that waits for the caller: whole events only, when `body()` is events.
    [[nodiscard]] std::string_view held() const noexcept;
    [[nodiscard]] const FleetDeployment& deployment() const noexcept { return deployment_; }
    [[nodiscard]] DeploymentCells& cells() const noexcept { return cells_; }
    [[nodiscard]] Permit& permit() noexcept { return permit_; }
    [[nodiscard]] Clocks& clocks() const noexcept { return clocks_; }
    [[nodiscard]] Stream& upstream() noexcept { return *upstream_; }
    /// Takes the framing off raw body bytes, in place, and notices where the answer ends.
    [[nodiscard]] Result<std::string_view> decode(std::span<char> raw) noexcept;
    /// The upstream has closed. True when that is how this answer ends.
    [[nodiscard]] bool may_end_by_close() noexcept;
    [[nodiscard]] bool complete() const noexcept { return complete_; }
    /// The answer has ended at its frame, but the JSON document in it has not.
    [[nodiscard]] bool is_cut_document() const noexcept;
    [[nodiscard]] const BodyFraming& framing() const noexcept { return decoder_->framing(); }
    [[nodiscard]] SseScanner& scanner() noexcept { return scanner_; }
    [[nodiscard]] Dialect& dialect() noexcept { return dialect_; }
    [[nodiscard]] AnswerTaps& taps() noexcept { return taps_; }
    [[nodiscard]] const Hints& hints() const noexcept { return hints_; }
    [[nodiscard]] int status() const noexcept { return head_.status; }
    /// The caller may get this error although it could have gone elsewhere: it is about the
    /// request, not about us.
    [[nodiscard]] bool may_be_shown() const noexcept;
    [[nodiscard]] bool probe() const noexcept { return permit_.probe(); }
    /// Any byte of the request may have reached the upstream.
    [[nodiscard]] bool sent() const noexcept { return permit_.is_sent(); }
    [[nodiscard]] bool reused() const noexcept { return upstream_.reused(); }
    [[nodiscard]] TimePoint began() const noexcept { return began_; }
    [[nodiscard]] TimePoint sent_at() const noexcept { return sent_at_; }
    [[nodiscard]] TimePoint head_at() const noexcept { return head_at_; }
    /// When its verdict was reached; dispatch says so.
    [[nodiscard]] TimePoint answered_at() const noexcept { return answered_at_; }
    void answered(TimePoint now) noexcept { answered_at_ = now; }
    [[nodiscard]] std::optional<TimePoint> first_output() const noexcept { return first_output_; }
    /// The first output of the model has been seen.
    void note_output();
    [[nodiscard]] std::optional<Failure> failure() const noexcept { return failure_; }
    /// The upstream's own words for its error, for our message and log.
    [[nodiscard]] const UpstreamError& error() const noexcept { return error_; }

    /// The head and what was held have been sent: gives the buffer back before a long stream.
    void release_buffer();
    /// The exchange has ended exactly at its frame: keeps the connection for the next one, or
    /// closes it.
    void release_connection(TimePoint now);
    /// Ends the upstream's work at once.
    void drop_connection() noexcept { upstream_.drop(); }

private:
    void dialling(Stream* stream) override;

    enum class Connection : std::uint8_t { pooled_or_new, new_only };
    [[nodiscard]] task<Result<void>> exchange_heads();
    [[nodiscard]] bool lacks_credential() const;
    [[nodiscard]] task<Result<void>> connect();
    /// What the kernel does not take at once stays in the chain.
    [[nodiscard]] Result<void> send(Chain& chain);
    void note_sent();
    [[nodiscard]] task<Result<void>> read_head();
    [[nodiscard]] task<Verdict> read_error();
    void begin_json();
    [[nodiscard]] std::optional<Verdict> hold_json(const Result<std::string_view>& payload);
    [[nodiscard]] task<Verdict> hold_more_json();
    [[nodiscard]] task<Verdict> hold_events();
    [[nodiscard]] task<Result<std::string_view>> next_payload();
    [[nodiscard]] Result<std::string_view> payload_behind_head();
    [[nodiscard]] CommitGate::Decision look_at(std::string_view payload, CommitGate& gate);
    [[nodiscard]] Verdict failed(Failure failure);
    [[nodiscard]] Verdict judge_error() const;
    void note_head();

    Exchange& exchange_;
    const FleetDeployment& deployment_;
    DeploymentCells& cells_;
    Clocks& clocks_;
    Permit permit_;

    UpstreamLink upstream_;
    ByteBuffer input_;  // the head, and behind it raw body bytes
    ResponseHead head_;
    std::optional<BodyDecoder> decoder_;
    Hints hints_;
    UpstreamError error_;
    std::optional<Failure> failure_;

    std::string sending_;  // the request's head, while it goes out
    Body body_ = Body::json;
    std::string held_;        // payload gathered so far, unless it stands whole in input_
    std::string_view whole_;  // payload in input_, when one read brought all of it
    SseScanner scanner_;
    Dialect dialect_;
    AnswerTaps taps_;

    TimePoint began_{};
    Duration held_up_{};  // before sending: by connecting, by a pooled connection that was stale
    TimePoint sent_at_{};
    TimePoint head_at_{};
    TimePoint answered_at_{};
    std::optional<TimePoint> first_output_;
    bool keeps_alive_ = false;    // what the head said: it is gone before a long answer ends
    bool readable_json_ = false;  // likewise
    bool complete_ = false;       // the answer has ended at its frame
    bool surplus_ = false;        // bytes came behind it: the connection cannot be trusted
};

/// Gives an attempt's memory back to its worker.
struct AttemptDelete {
    std::pmr::memory_resource* memory = nullptr;
    void operator()(Attempt* attempt) const {
        std::pmr::polymorphic_allocator<>(memory).delete_object(attempt);
    }
};
using AttemptPtr = std::unique_ptr<Attempt, AttemptDelete>;
[[nodiscard]] AttemptPtr make_attempt(Exchange& exchange, const FleetDeployment& deployment,
                                      Permit permit, Clocks& clocks, TimePoint now);

}  // namespace spillway
