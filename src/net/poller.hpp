// What a worker's sockets are ready for. One edge-triggered epoll in which each socket is
// registered once, for everything: no read is tried that finds nothing, waiting costs no system
// call, and a peer that hangs up is noticed without looking. Asio's sockets pay for each of these
// with a call.
#pragma once

#include "net/socket.hpp"
#include "net/task.hpp"
#include "net/timer_wheel.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace spillway {

class Poller;

/// The handler of a suspended coroutine, whatever Asio's name for its type is.
class Waiter {
public:
    Waiter() = default;
    ~Waiter() { end(Fate::dropped); }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    template <class Handler>
    void hold(Handler handler) {
        static_assert(sizeof(Handler) <= bytes_max);
        static_assert(alignof(Handler) <= alignment);
        ::new (static_cast<void*>(storage_)) Handler(std::move(handler));
        end_ = [](void* at, Fate fate) {
            auto& held = *static_cast<Handler*>(at);
            Handler taken(std::move(held));
            held.~Handler();  // NOLINT(bugprone-use-after-move): what is left of it has to go
            if (fate == Fate::resumed) { std::move(taken)(); }
        };
    }
    [[nodiscard]] bool is_held() const noexcept { return end_ != nullptr; }
    /// May destroy the object that this is a member of.
    void resume() { end(Fate::resumed); }

private:
    enum class Fate : std::uint8_t { resumed, dropped };
    void end(Fate fate) {
        if (const auto end = std::exchange(end_, nullptr)) { end(storage_, fate); }
    }

    static constexpr std::size_t bytes_max = 4 * sizeof(void*);
    static constexpr std::size_t alignment = alignof(void*);
    alignas(alignment) std::byte storage_[bytes_max];
    void (*end_)(void*, Fate) = nullptr;
};

/// Wants to know that a peer sends no more: it has closed, half or all, or is gone.
class HangupObserver {
public:
    /// Called by the poller, between coroutines. Must not destroy a SocketState.
    virtual void on_hangup() noexcept = 0;

protected:
    ~HangupObserver() = default;
};

/// One socket's state. Belongs to one coroutine, which is the only one to wait here.
class SocketState {
public:
    enum class Want : std::uint8_t { read, write };

    explicit SocketState(Poller& poller) noexcept;
    ~SocketState() = default;
    SocketState(const SocketState&) = delete;
    SocketState& operator=(const SocketState&) = delete;

    /// Registers the descriptor of a connected or connecting socket; call once. Closing it ends
    /// the registration. False when the system refuses.
    [[nodiscard]] bool watch(int fd) noexcept;

    /// A read may find something. Set by the poller; the reader says when it did not.
    [[nodiscard]] bool readable() const noexcept { return readable_; }
    void drained() noexcept { readable_ = false; }
    [[nodiscard]] bool writable() const noexcept { return writable_; }
    void filled() noexcept { writable_ = false; }
    [[nodiscard]] bool hung_up() const noexcept { return hung_up_; }
    /// Null for none. Not told of what `hung_up` says already.
    void observe(HangupObserver* observer) noexcept { observer_ = observer; }

    /// Completes when the socket is ready for it, or `wake` is called; if it is ready already, then
    /// after the turn of others.
    [[nodiscard]] asio::awaitable<void, Executor> wait(Want want) {
        return asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
            [this, want](auto handler) {
                want_ = want;
                waiter_.hold(std::move(handler));
                if (is_satisfied()) { wake(); }
            },
            yield);
    }
    /// Completes when everybody whose socket is ready now has had a turn, and before anybody waits
    /// for events: all read first, then all act, so that what they send arrives together.
    [[nodiscard]] asio::awaitable<void, Executor> let_others_read() {
        return asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
            [this](auto handler) {
                waiter_.hold(std::move(handler));
                line_up();
            },
            yield);
    }
    /// Resumes whoever waits, soon, ready or not.
    void wake() noexcept;
    [[nodiscard]] Poller& poller() const noexcept { return poller_; }

private:
    friend class Poller;
    using Hook = boost::intrusive::list_member_hook<
        boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
    static constexpr asio::use_awaitable_t<Executor> yield{};

    void note(std::uint32_t events) noexcept;
    void line_up() noexcept;
    [[nodiscard]] bool is_satisfied() const noexcept {
        return want_ == Want::read ? readable_ : writable_;
    }

    Poller& poller_;
    Waiter waiter_;
    HangupObserver* observer_ = nullptr;
    Hook in_all_;
    Hook in_ready_;
    Want want_ = Want::read;
    bool readable_ = false;
    bool writable_ = true;
    bool hung_up_ = false;
};

/// One per worker, used by its thread only.
class Poller {
public:
    Poller(asio::io_context& io, TimerWheel& wheel);
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    /// Takes events whenever `io` runs: for a guest in somebody else's loop.
    void start();
    /// The loop of a worker, called once from a handler of `io`: waits for events here instead of
    /// in `io`, whose own handlers it runs in between. Until `close`.
    void run();
    /// Something has been posted to `io` for `run` to find. Any thread.
    void notify() noexcept;
    /// Wakes everybody; from now on nobody waits. What runs unwinds before the handlers that are
    /// posted after this.
    void close() noexcept;
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    [[nodiscard]] TimerWheel& wheel() const noexcept { return wheel_; }

private:
    friend class SocketState;
    template <SocketState::Hook SocketState::*hook>
    using List = boost::intrusive::list<
        SocketState, boost::intrusive::member_hook<SocketState, SocketState::Hook, hook>,
        boost::intrusive::constant_time_size<false>>;

    void wait_for_events();
    void take_events(std::chrono::milliseconds patience) noexcept;
    [[nodiscard]] bool has_ready() const noexcept { return !ready_.empty() || !acting_.empty(); }
    void make_ready(SocketState& state) noexcept;
    void make_acting(SocketState& state) noexcept;
    static void resume_all(List<&SocketState::in_ready_>& those);
    void resume_ready();
    void schedule_resuming();

    asio::io_context& io_;
    asio::posix::basic_stream_descriptor<Executor> epoll_;
    Socket notified_;  // an eventfd
    TimerWheel& wheel_;
    List<&SocketState::in_all_> all_;
    List<&SocketState::in_ready_> ready_;
    List<&SocketState::in_ready_> acting_;  // resumed behind those who are ready
    bool resuming_ = false;                 // resume_ready runs, or is about to
    bool looping_ = false;                  // inside run
    bool closed_ = false;
};

}  // namespace spillway
