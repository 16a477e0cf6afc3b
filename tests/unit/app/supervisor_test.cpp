#include "app/supervisor.hpp"

#include "support/scratch_folder.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

namespace spillway {
namespace {

/// The environment a manager gives, taken away again.
class Supervisor : public testing::Test {
protected:
    static void set(const std::string& pid, const std::string& count) {
        ::setenv("LISTEN_PID", pid.c_str(), 1);
        ::setenv("LISTEN_FDS", count.c_str(), 1);
        ::setenv("LISTEN_FDNAMES", "http", 1);
    }
    void TearDown() override {
        for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET"}) {
            ::unsetenv(name);
        }
    }
};

TEST_F(Supervisor, HandsSocketsToTheProcessItNames) {
    set(std::to_string(::getpid()), "2");

    EXPECT_THAT(take_inherited_sockets(), testing::ElementsAre(3, 4));
    EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr) << "our children are not meant";
    EXPECT_THAT(take_inherited_sockets(), testing::IsEmpty());
}

TEST_F(Supervisor, DoesNotMeanAnotherProcess) {
    set(std::to_string(::getpid() + 1), "2");

    EXPECT_THAT(take_inherited_sockets(), testing::IsEmpty());
}

TEST_F(Supervisor, IsNotBelievedANonsensicalNumber) {
    for (const char* count : {"", "-1", "x", "1000000000"}) {
        set(std::to_string(::getpid()), count);
        EXPECT_THAT(take_inherited_sockets(), testing::IsEmpty()) << count;
    }
}

std::string told_through(const std::string& name, std::string_view state) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') { address.sun_path[0] = '\0'; }
    const int listening = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(listening, reinterpret_cast<const sockaddr*>(&address), size), 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);

    tell_supervisor(state);

    std::array<char, 64> text{};
    const ssize_t bytes = ::recv(listening, text.data(), text.size(), 0);
    ::close(listening);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(bytes, 0))};
}

TEST_F(Supervisor, IsToldThroughAFileOrAnAbstractName) {
    const std::string unique = "spillway_notify_test_" + std::to_string(::getpid());
    const ScratchFolder folder;
    const std::string path = folder.file(unique);

    EXPECT_EQ(told_through(path, "READY=1"), "READY=1");
    EXPECT_EQ(told_through("@" + unique, "STOPPING=1"), "STOPPING=1");
}

TEST_F(Supervisor, MayBeAbsent) {
    ::unsetenv("NOTIFY_SOCKET");
    tell_supervisor("READY=1");
    ::setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
    tell_supervisor("READY=1");
}

}  // namespace
}  // namespace spillway
