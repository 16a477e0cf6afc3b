#include "net/timer_wheel.hpp"

#include <algorithm>
#include <utility>

namespace spillway {

void TimerEntry::unlink() noexcept {
    if (link_ == nullptr) { return; }
    *link_ = next_;
    if (next_ != nullptr) { next_->link_ = link_; }
    link_ = nullptr;
    next_ = nullptr;
}

TimerWheel::TimerWheel(asio::io_context& io, std::function<void(Duration)> on_tick)
    : timer_(io.get_executor()),
      on_tick_(std::move(on_tick)),
      now_(Clock::now()),
      turned_to_(ticks(now_)) {}

void TimerWheel::start() {
    stopped_ = false;
    timer_.expires_after(tick);
    schedule();
}

void TimerWheel::stop() {
    stopped_ = true;
    timer_.cancel();
}

void TimerWheel::schedule() {
    timer_.async_wait([this](const boost::system::error_code& ec) {
        if (ec || stopped_) { return; }
        const TimePoint now = Clock::now();
        on_tick_(now - timer_.expiry());
        advance(now);
        if (!stopped_) {
            timer_.expires_at(std::max(timer_.expiry() + tick, now));
            schedule();
        }
    });
}

void TimerWheel::arm(TimerEntry& entry, TimePoint deadline) noexcept {
    entry.deadline_ = deadline;
    if (entry.link_ != nullptr && deadline >= entry.slotted_for_) {
        return;  // later than its slot: moved when that comes up
    }
    entry.unlink();
    if (deadline != never) { insert(entry, deadline); }
}

void TimerWheel::insert(TimerEntry& entry, TimePoint when) noexcept {
    // Never into a slot that has been turned over already: that would be a whole turn late.
    const std::size_t at = std::max(ticks(when), turned_to_ + 1);
    TimerEntry*& head = heads_[at % slots];
    entry.slotted_for_ = when;
    entry.next_ = head;
    entry.link_ = &head;
    if (head != nullptr) { head->link_ = &entry.next_; }
    head = &entry;
}

void TimerWheel::advance(TimePoint now) {
    now_ = now;
    const std::size_t until = ticks(now) - 1;  // the tick in progress may still hold later
                                               // deadlines
    const std::size_t turns = std::min(until - std::min(turned_to_, until), slots);
    for (std::size_t i = 0; i < turns; ++i) {
        turned_to_ = until - turns + i + 1;
        run_slot(turned_to_ % slots, now);
    }
}

void TimerWheel::run_slot(std::size_t slot, TimePoint now) {
    // Callbacks may unlink any entry, so take the list over and pop from its front.
    TimerEntry* due = std::exchange(heads_[slot], nullptr);
    if (due != nullptr) { due->link_ = &due; }
    while (due != nullptr) {
        TimerEntry& entry = *due;
        entry.unlink();
        if (entry.deadline_ > now) {
            if (entry.deadline_ != never) { insert(entry, entry.deadline_); }
            continue;
        }
        entry.deadline_ = never;
        entry.on_deadline();
    }
}

std::size_t TimerWheel::ticks(TimePoint when) noexcept {
    return static_cast<std::size_t>(when.time_since_epoch() / tick);
}

}  // namespace spillway
