// Streams and the poller under them, over socket pairs and in one thread, as in a worker.
#include "net/stream.hpp"

#include "net/hangup_watch.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace spillway {
namespace {

class Streams : public testing::Test {
protected:
    Streams() {
        wheel_.start();
        poller_.start();
    }
    ~Streams() override {
        poller_.close();
        wheel_.stop();
        io_.run_for(std::chrono::seconds(1));
    }

    struct Pair {
        std::unique_ptr<Stream> ours;
        Socket theirs;
    };
    Pair pair() {
        std::array<int, 2> fds{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()), 0);
        Pair made{std::make_unique<Stream>(Socket(fds[0]), poller_), Socket(fds[1])};
        EXPECT_TRUE(made.ours->accepted());
        return made;
    }
    static void send(const Socket& socket, std::string_view text) {
        ASSERT_EQ(::send(socket.fd(), text.data(), text.size(), 0), std::ssize(text));
    }
    void start(task<void> body) {
        spawn(io_.get_executor(), std::move(body), [](const std::exception_ptr&) { FAIL(); });
    }
    void run_a_moment() { io_.run_for(std::chrono::milliseconds(50)); }

    asio::io_context io_{1};
    TimerWheel wheel_{io_, [](Duration) {}};
    Poller poller_{io_, wheel_};
};

task<void> read_all(Stream& stream, std::string& into, Failure& end) {
    std::array<char, 16> piece;
    for (;;) {
        const Result<std::size_t> bytes = co_await stream.read_some(piece);
        if (!bytes) {
            end = bytes.error();
            co_return;
        }
        into.append(piece.data(), *bytes);
    }
}

TEST_F(Streams, ReadWhatComesWhenItComes) {
    Pair pair = this->pair();
    std::string got;
    Failure end;
    start(read_all(*pair.ours, got, end));

    send(pair.theirs, "longer than one of the pieces");
    run_a_moment();
    EXPECT_EQ(got, "longer than one of the pieces");
    send(pair.theirs, ", and more");
    run_a_moment();
    EXPECT_EQ(got, "longer than one of the pieces, and more");
    EXPECT_EQ(end.cause, Cause::none);
    pair.theirs.close();
    run_a_moment();
    EXPECT_EQ(end.cause, Cause::closed);
}

TEST_F(Streams, AreNotHeldUpByADeadlineThatWasLifted) {
    Pair pair = this->pair();
    std::string got;
    Failure end;
    pair.ours->expires_at(Clock::now() + std::chrono::milliseconds(1));
    start(read_all(*pair.ours, got, end));
    io_.run_for(std::chrono::milliseconds(200));

    EXPECT_EQ(end.cause, Cause::timeout);
    pair.ours->expires_at(never);
    send(pair.theirs, "late");
    start(read_all(*pair.ours, got, end));
    run_a_moment();
    EXPECT_EQ(got, "late");
}

TEST_F(Streams, AreWokenWhenTheyAreCancelledOrTheWorkerEnds) {
    Pair one = pair();
    Pair two = pair();
    std::string got;
    Failure end_of_one;
    Failure end_of_two;
    start(read_all(*one.ours, got, end_of_one));
    start(read_all(*two.ours, got, end_of_two));
    run_a_moment();

    one.ours->cancel();
    run_a_moment();
    EXPECT_EQ(end_of_one.cause, Cause::cancelled);
    EXPECT_EQ(end_of_two.cause, Cause::none);
    poller_.close();
    run_a_moment();
    EXPECT_EQ(end_of_two.cause, Cause::cancelled);
}

TEST_F(Streams, SeeAHangupBehindBytesThatNobodyReads) {
    Pair caller = pair();
    Pair upstream = pair();
    std::string got;
    Failure end;
    HangupWatch watch(*caller.ours);
    watch.start();
    watch.protect(upstream.ours.get());
    start(read_all(*upstream.ours, got, end));
    send(caller.theirs, "the next request");
    run_a_moment();
    EXPECT_FALSE(watch.gone());

    caller.theirs.close();
    run_a_moment();
    EXPECT_TRUE(watch.gone());
    EXPECT_EQ(end.cause, Cause::cancelled);
}

TEST_F(Streams, AreQuietOnlyWhileThePeerIs) {
    Pair pair = this->pair();
    run_a_moment();
    EXPECT_TRUE(pair.ours->quiet());
    send(pair.theirs, "x");
    run_a_moment();
    EXPECT_FALSE(pair.ours->quiet());
    Pair ended = this->pair();
    ended.theirs.close();
    run_a_moment();
    EXPECT_FALSE(ended.ours->quiet());
}

task<void> write_all(Stream& stream, std::string_view text, Result<void>& result) {
    Chain chain;
    chain.add(text);
    result = stream.try_write(chain);
    if (result) { result = co_await stream.write_rest(chain, std::chrono::seconds(5)); }
}

TEST_F(Streams, WriteTheRestWhenThereIsRoom) {
    Pair pair = this->pair();
    const std::string text(4'000'000, 'w');
    Result<void> result = Failure{};
    start(write_all(*pair.ours, text, result));
    std::size_t got = 0;
    std::vector<char> piece(100'000);
    for (int i = 0; i < 1000 && got < text.size(); ++i) {
        io_.run_for(std::chrono::milliseconds(1));
        const ssize_t bytes = ::recv(pair.theirs.fd(), piece.data(), piece.size(), 0);
        if (bytes > 0) { got += static_cast<std::size_t>(bytes); }
    }
    run_a_moment();
    EXPECT_EQ(got, text.size());
    EXPECT_TRUE(result);
}

task<void> count_pieces(Stream& stream, int& pieces) {
    std::array<char, 16> piece;
    for (;;) {
        const Result<void> ready = co_await stream.wait_readable();
        if (!ready) { co_return; }
        const Result<std::size_t> bytes = stream.try_read(piece);
        if (!bytes) { co_return; }
        ++pieces;
    }
}

task<void> note_when_served(Stream& stream, const int& pieces, int& seen) {
    const Result<void> ready = co_await stream.wait_readable();
    if (ready) { seen = pieces; }
}

task<void> read_then_act(Stream& stream, std::string name, std::string& story) {
    const Result<void> ready = co_await stream.wait_readable();
    story += "read " + name + (ready ? ", " : " in vain, ");
    co_await stream.let_others_read();
    story += "act " + name + ", ";
}

TEST_F(Streams, AreAllReadBeforeAnybodyActs) {
    Pair one = pair();
    Pair two = pair();
    std::string story;
    start(read_then_act(*one.ours, "one", story));
    start(read_then_act(*two.ours, "two", story));
    run_a_moment();

    send(one.theirs, "question");
    send(two.theirs, "question");
    run_a_moment();
    EXPECT_EQ(story, "read one, read two, act one, act two, ");
}

TEST_F(Streams, ActEvenWhenTheWorkerEnds) {
    Pair pair = this->pair();
    std::string story;
    start(read_then_act(*pair.ours, "", story));
    run_a_moment();

    poller_.close();
    run_a_moment();
    EXPECT_EQ(story, "read  in vain, act , ");
}

TEST_F(Streams, LeaveOthersTheirTurnInAFlood) {
    Pair flood = pair();
    Pair other = pair();
    int pieces = 0;
    int seen = -1;
    send(flood.theirs, std::string(16 * 1000, 'f'));
    start(count_pieces(*flood.ours, pieces));
    start(note_when_served(*other.ours, pieces, seen));
    send(other.theirs, "me too");
    run_a_moment();

    EXPECT_GE(pieces, 1000);
    EXPECT_GE(seen, 0);
    EXPECT_LE(seen, 64);
}

}  // namespace
}  // namespace spillway
