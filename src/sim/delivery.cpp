#include "sim/delivery.hpp"

#include <algorithm>

namespace spillway_sim {

namespace {

constexpr std::size_t usual_hang_event = 3;

// A hang without an end outlasts every test.
TimePoint end_of_hang(const Fault& fault) {
    if (!fault.hang_for) { return spillway::never; }
    return spillway::Clock::now() + *fault.hang_for;
}

/// Walks the segments and says what goes out together: a token starts a new write, everything else
/// joins what stands before it.
class Batches {
public:
    Batches(const WireImage& image, const Fault& fault)
        : segments_(image.segments),
          hang_event_(fault.after_events.value_or(usual_hang_event)),
          hangs_(fault.hang == Hang::stream) {}

    [[nodiscard]] bool is_at_end() const { return next_ == segments_.size(); }
    [[nodiscard]] bool is_at_token() const {
        return !is_at_end() && segments_[next_].kind == EventKind::token;
    }
    [[nodiscard]] bool is_at_hang() const {
        return hangs_ && !is_at_end() && segments_[next_].event == hang_event_;
    }
    [[nodiscard]] std::size_t events_passed() const { return events_; }

    std::string take() {
        hangs_ = hangs_ && !is_at_hang();
        std::string batch;
        do {
            batch += segments_[next_].bytes;
            if (segments_[next_].event) { ++events_; }
            ++next_;
        } while (!is_at_end() && !is_at_token() && !is_at_hang());
        return batch;
    }

private:
    const std::vector<Segment>& segments_;
    std::size_t hang_event_;
    bool hangs_;
    std::size_t next_ = 0;
    std::size_t events_ = 0;
};

task<bool> write_split(Connection& connection, std::string_view bytes, std::size_t piece) {
    const std::size_t step = piece == 0 ? bytes.size() : piece;
    bool is_there = true;
    for (std::size_t from = 0; from < bytes.size() && is_there; from += step) {
        const std::string_view part = bytes.substr(from, step);
        is_there = co_await connection.write(part);
        // Without a pause the kernel would join the pieces again.
        const TimePoint next = spillway::Clock::now() + std::chrono::microseconds(200);
        if (piece != 0 && is_there) { is_there = co_await connection.pause_until(next); }
    }
    co_return is_there;
}

}  // namespace

Tempo::Tempo(const Pace& usual, const Fault& fault, std::int64_t work)
    : pace(usual), work_tokens(work) {
    pace.first_token = fault.first_token.value_or(pace.first_token);
    pace.token = fault.token.value_or(pace.token);
}

task<bool> wait_for_head(Connection& connection, const Tempo& tempo, const Fault& fault) {
    if (fault.hang == Hang::head) {
        const TimePoint until = end_of_hang(fault);
        const bool is_there = co_await connection.pause_until(until);
        if (!is_there) { co_return false; }
    }
    if (tempo.work_tokens == 0) { co_return !connection.gone_at(); }
    const TimePoint done = spillway::Clock::now() + tempo.pace.first_token +
                           tempo.work_tokens * tempo.pace.token;
    co_return co_await connection.pause_until(done);
}

task<Delivery> deliver(Connection& connection, const WireImage& image, const Tempo& tempo,
                       const Fault& fault) {
    Delivery delivery;
    Batches batches(image, fault);
    auto pause = tempo.pace.first_token;
    while (!batches.is_at_end() && !delivery.is_peer_gone) {
        bool is_there = true;
        if (batches.is_at_hang()) {
            const TimePoint until = end_of_hang(fault);
            is_there = co_await connection.pause_until(until);
        }
        if (batches.is_at_token() && is_there && pause.count() > 0) {
            const TimePoint due = spillway::Clock::now() + pause;
            is_there = co_await connection.pause_until(due);
        }
        if (batches.is_at_token()) { pause = tempo.pace.token; }
        const std::string batch = is_there ? batches.take() : std::string();
        if (is_there) { is_there = co_await write_split(connection, batch, fault.split_bytes); }
        if (is_there) { delivery.events_sent = batches.events_passed(); }
        delivery.is_peer_gone = !is_there;
    }
    co_return delivery;
}

task<void> end_as_told(Connection& connection, const WireImage& image) {
    if (!image.ending) { co_return; }
    switch (*image.ending) {
        case Ending::rst: connection.channel().reset(); break;
        case Ending::tls_no_close_notify:
            connection.channel().end_without_notice();
            co_await connection.linger();
            break;
        case Ending::half_close:
            co_await connection.channel().end_writing();
            co_await connection.pause_until(spillway::never);
            break;
        case Ending::fin:
        case Ending::clean: co_await connection.finish(); break;
    }
}

}  // namespace spillway_sim
