// Idle upstream connections of one worker to one resource, last used first. Only connections whose
// last exchange ended exactly at its frame come here; one that has anything to say while idle is
// dropped (response-queue poisoning, reliability.md §4.2 rule 8).
#pragma once

#include "net/stream.hpp"

#include <cstddef>
#include <deque>
#include <memory>

namespace spillway {

class ConnectionPool final : private TimerEntry {
public:
    static constexpr std::size_t idle_max = 256;
    /// Below the four minutes after which Azure's load balancers forget a connection.
    static constexpr Duration idle_for = std::chrono::seconds(90);

    explicit ConnectionPool(TimerWheel& wheel) : wheel_(wheel) {}
    ~ConnectionPool() override = default;

    /// Null when there is none that is still good.
    [[nodiscard]] std::unique_ptr<Stream> take();
    void give(std::unique_ptr<Stream> stream, TimePoint now);
    [[nodiscard]] std::size_t idle() const noexcept { return idle_.size(); }
    void clear() noexcept { idle_.clear(); }

private:
    void on_deadline() override;

    struct Idle {
        std::unique_ptr<Stream> stream;
        TimePoint since;
    };
    TimerWheel& wheel_;
    std::deque<Idle> idle_;  // oldest first
};

}  // namespace spillway
