// Idle upstream connections of one worker to one resource, last used first. Only connections whose
// last exchange ended exactly at its frame come here; one that has anything to say while idle is
// dropped (response-queue poisoning, reliability.md §4.2 rule 8).
#pragma once

#include "net/stream.hpp"
#include "telemetry/instruments.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

namespace spillway {

class ConnectionPool final : private TimerEntry {
public:
    static constexpr std::size_t idle_max = 256;
    /// Below the four minutes after which Azure's load balancers forget a connection.
    static constexpr Duration idle_for = std::chrono::seconds(90);

    /// `idle` is a gauge of the worker's; several pools may add to it.
    ConnectionPool(TimerWheel& wheel, Counter& idle) : wheel_(wheel), idle_count_(idle) {}
    ~ConnectionPool() override = default;

    /// Null when there is none that is still good.
    [[nodiscard]] std::unique_ptr<Stream> take();
    void give(std::unique_ptr<Stream> stream, TimePoint now);
    [[nodiscard]] std::size_t idle() const noexcept { return idle_.size(); }
    void clear() noexcept { idle_.clear(); }

private:
    void on_deadline() override;

    /// Counts a connection for as long as it is idle, however it stops being so.
    class Idle {
    public:
        Idle(std::unique_ptr<Stream> stream, TimePoint at, Counter& count)
            : since_(at), stream_(std::move(stream)), count_(count) {
            count_.add();
        }
        ~Idle() { count_.sub(); }
        Idle(const Idle&) = delete;
        Idle& operator=(const Idle&) = delete;

        [[nodiscard]] std::unique_ptr<Stream> take() noexcept { return std::move(stream_); }

        [[nodiscard]] TimePoint since() const noexcept { return since_; }

    private:
        TimePoint since_;
        std::unique_ptr<Stream> stream_;
        Counter& count_;
    };
    TimerWheel& wheel_;
    Counter& idle_count_;
    std::deque<Idle> idle_;  // oldest first
};

}  // namespace spillway
