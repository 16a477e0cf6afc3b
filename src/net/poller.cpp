#include "net/poller.hpp"

#include <boost/asio/post.hpp>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace spillway {
namespace {

constexpr std::size_t events_max = 128;
constexpr std::uint32_t reading = EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR;
constexpr std::uint32_t writing = EPOLLOUT | EPOLLHUP | EPOLLERR;
constexpr std::uint32_t hanging_up = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

int made(int fd, const char* call) {
    if (fd < 0) { throw std::system_error(errno, std::system_category(), call); }
    return fd;
}

}  // namespace

SocketState::SocketState(Poller& poller) noexcept : poller_(poller) {
    poller.all_.push_back(*this);
}

bool SocketState::watch(int fd) noexcept {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = this;
    return ::epoll_ctl(poller_.epoll_.native_handle(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void SocketState::wake() noexcept {
    if (waiter_.is_held()) { poller_.make_ready(*this); }
}

void SocketState::line_up() noexcept { poller_.make_acting(*this); }

void SocketState::note(std::uint32_t events) noexcept {
    readable_ = readable_ || (events & reading) != 0;
    writable_ = writable_ || (events & writing) != 0;
    const bool hangs_up = !hung_up_ && (events & hanging_up) != 0;
    hung_up_ = hung_up_ || hangs_up;
    if (hangs_up && observer_ != nullptr) { observer_->on_hangup(); }
    if (waiter_.is_held() && is_satisfied()) { poller_.make_ready(*this); }
}

Poller::Poller(asio::io_context& io, TimerWheel& wheel)
    : io_(io),
      epoll_(io.get_executor(), made(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      notified_(made(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")),
      wheel_(wheel) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, notified_.fd(), &event);
}

void Poller::notify() noexcept {
    const std::uint64_t one = 1;
    // Fails only when it has been notified 2^64 times: then it is readable anyway.
    [[maybe_unused]] const ssize_t written = ::write(notified_.fd(), &one, sizeof one);
}

void Poller::run() {
    looping_ = true;
    while (!closed_) {
        const Duration patience = has_ready() ? Duration::zero() : wheel_.until_tick(Clock::now());
        take_events(std::chrono::ceil<std::chrono::milliseconds>(patience));
        resume_ready();
        io_.poll();
    }
}

void Poller::start() { wait_for_events(); }

void Poller::close() noexcept {
    closed_ = true;
    looping_ = false;
    for (SocketState& state : all_) { state.wake(); }
    if (has_ready()) { schedule_resuming(); }
    boost::system::error_code ignored;
    epoll_.close(ignored);
}

void Poller::wait_for_events() {
    epoll_.async_wait(asio::posix::descriptor_base::wait_read,
                      [this](const boost::system::error_code& ec) {
                          if (ec) { return; }
                          resuming_ = true;
                          take_events(std::chrono::milliseconds::zero());
                          resume_ready();
                          if (!closed_) { wait_for_events(); }
                      });
}

// Runs no coroutine: whatever an event refers to is still there when its turn comes.
void Poller::take_events(std::chrono::milliseconds patience) noexcept {
    std::array<epoll_event, events_max> events;
    int count = 0;
    do {
        count = ::epoll_wait(epoll_.native_handle(), events.data(), events_max,
                             static_cast<int>(patience.count()));
        patience = std::chrono::milliseconds::zero();
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            // Null: somebody has notified us.
            if (event.data.ptr == nullptr) { continue; }
            static_cast<SocketState*>(event.data.ptr)->note(event.events);
        }
    } while (count == static_cast<int>(events_max));
}

void Poller::make_ready(SocketState& state) noexcept {
    if (state.in_ready_.is_linked()) { return; }
    ready_.push_back(state);
    schedule_resuming();
}

void Poller::schedule_resuming() {
    if (looping_ || std::exchange(resuming_, true)) { return; }
    asio::post(epoll_.get_executor(), [this] { resume_ready(); });
}

void Poller::make_acting(SocketState& state) noexcept {
    acting_.push_back(state);
    schedule_resuming();
}

void Poller::resume_all(List<&SocketState::in_ready_>& those) {
    while (!those.empty()) {
        SocketState& state = those.front();
        those.pop_front();
        state.waiter_.resume();
    }
}

// Only those who are ready now: others come behind the events of other sockets, so that no stream
// can keep the worker to itself.
void Poller::resume_ready() {
    List<&SocketState::in_ready_> now;
    now.swap(ready_);
    resume_all(now);
    now.swap(acting_);
    resume_all(now);
    resuming_ = false;
    if (has_ready()) { schedule_resuming(); }
}

}  // namespace spillway
