#include "app/inherited_sockets.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <fcntl.h>
#include <unistd.h>

namespace spillway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class InheritedSocket : public testing::Test {
protected:
    /// A listening descriptor that only `InheritedSockets` will close, and its port.
    std::pair<int, std::uint16_t> listening_at(const std::string& address) {
        tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::make_address(address), 0));
        const std::uint16_t port = acceptor.local_endpoint().port();
        return {acceptor.release(), port};
    }
    static bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) != -1; }

    asio::io_context io;
};

TEST_F(InheritedSocket, IsFoundByItsAddressOnce) {
    const auto [descriptor, port] = listening_at("127.0.0.1");
    InheritedSockets sockets({descriptor});

    EXPECT_FALSE(sockets.take("127.0.0.1", static_cast<std::uint16_t>(port + 1)));
    EXPECT_FALSE(sockets.take("127.0.0.2", port));
    EXPECT_FALSE(sockets.take("0.0.0.0", port)) << "loopback only is not everywhere";
    const auto found = sockets.take("127.0.0.1", port);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->descriptor, descriptor);
    EXPECT_EQ(found->endpoint.port(), port);
    EXPECT_FALSE(sockets.take("127.0.0.1", port));
}

TEST_F(InheritedSocket, OnAnyAddressIsTheOneOfEitherFamily) {
    const auto [descriptor, port] = listening_at("::");
    InheritedSockets sockets({descriptor});

    EXPECT_TRUE(sockets.take("0.0.0.0", port));
}

TEST_F(InheritedSocket, ThatDoesNotListenIsClosed) {
    tcp::socket unconnected(io, tcp::v4());
    const int socket = unconnected.release();
    const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);

    const InheritedSockets sockets({socket, file});

    EXPECT_FALSE(is_open(socket));
    EXPECT_FALSE(is_open(file));
}

TEST_F(InheritedSocket, IsClosedWithItsOwner) {
    const auto [descriptor, port] = listening_at("127.0.0.1");
    { const InheritedSockets sockets({descriptor}); }

    EXPECT_FALSE(is_open(descriptor));
}

}  // namespace
}  // namespace spillway
