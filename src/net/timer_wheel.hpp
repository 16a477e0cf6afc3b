// Deadlines by the thousand for one worker: coarse (20 ms), O(1) to arm and re-arm, one kernel
// timer for all. An entry that is pushed back (each event of a stream does that) only stores the
// new time; it is moved when its old slot comes up.
#pragma once

#include "net/task.hpp"
#include "spillway/time.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>

namespace spillway {

/// Something that wants to be called once its deadline has passed. Lives on one worker; leaves the
/// wheel when destroyed.
class TimerEntry {
public:
    TimerEntry() = default;
    TimerEntry(const TimerEntry&) = delete;
    TimerEntry& operator=(const TimerEntry&) = delete;

    [[nodiscard]] TimePoint deadline() const noexcept { return deadline_; }

protected:
    virtual ~TimerEntry() { unlink(); }

private:
    friend class TimerWheel;
    /// Called by the wheel, not before the deadline and at most about one tick after it. May arm or
    /// destroy any entry.
    virtual void on_deadline() = 0;
    void unlink() noexcept;

    TimerEntry* next_ = nullptr;
    TimerEntry** link_ = nullptr;  // the pointer that points at this entry; null: not in the wheel
    TimePoint deadline_ = never;
    TimePoint slotted_for_ = never;  // the time whose slot it sits in
};

class TimerWheel {
public:
    static constexpr Duration tick = std::chrono::milliseconds(20);

    /// `on_tick` is told how late each tick ran: the worker's pulse.
    TimerWheel(asio::io_context& io, std::function<void(Duration lag)> on_tick);
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    /// (Re-)arms; `never` disarms.
    void arm(TimerEntry& entry, TimePoint deadline) noexcept;
    void start();
    void stop();
    /// Time of the last tick: good enough for what is coarse anyway.
    [[nodiscard]] TimePoint now() const noexcept { return now_; }
    [[nodiscard]] Duration until_tick(TimePoint now) const {
        return std::max(timer_.expiry() - now, Duration::zero());
    }

private:
    static constexpr std::size_t slots = 512;  // ~10 s per turn; later deadlines just stay in their
                                               // slot

    void schedule();
    void advance(TimePoint now);
    void run_slot(std::size_t slot, TimePoint now);
    void insert(TimerEntry& entry, TimePoint when) noexcept;
    [[nodiscard]] static std::size_t ticks(TimePoint when) noexcept;

    asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> timer_;
    std::function<void(Duration)> on_tick_;
    std::array<TimerEntry*, slots> heads_{};
    TimePoint now_;
    std::size_t turned_to_;
    bool stopped_ = true;
};

}  // namespace spillway
