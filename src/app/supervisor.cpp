#include "app/supervisor.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace spillway {

namespace {

constexpr int first_inherited = 3;   // SD_LISTEN_FDS_START
constexpr int inherited_max = 1024;  // more is a mistake of whoever set the variable

int number_in(const char* variable) {
    const char* const text = std::getenv(variable);
    int number = 0;
    if (text != nullptr) { std::from_chars(text, text + std::strlen(text), number); }
    return number;
}

}  // namespace

std::vector<int> take_inherited_sockets() {
    std::vector<int> sockets;
    const int count = number_in("LISTEN_FDS");
    if (number_in("LISTEN_PID") == getpid() && count <= inherited_max) {
        for (int fd = first_inherited; fd < first_inherited + count; ++fd) {
            fcntl(fd, F_SETFD, FD_CLOEXEC);
            sockets.push_back(fd);
        }
    }
    for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
        unsetenv(variable);
    }
    return sockets;
}

void tell_supervisor(std::string_view state) {
    const char* const path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t length = path == nullptr ? 0 : std::strlen(path);
    if (length == 0 || length >= sizeof address.sun_path) { return; }
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') { address.sun_path[0] = '\0'; }  // an abstract name
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) { return; }
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    // A manager that does not listen, or whose queue is full, is no reason to stop.
    const timeval patience{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address), size);
    ::close(fd);
}

}  // namespace spillway
