#include "admin/admin_server.hpp"

#include "unit/admin/sources.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <string>
#include <vector>

namespace spillway {
namespace {

using asio::ip::tcp;

/// A plain client: what it sends and receives are bytes.
class Client {
public:
    explicit Client(const tcp::endpoint& server) : socket_(io_) {
        socket_.connect(server);
        const timeval patience{10, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    /// To a server that has closed already it is sent in vain.
    void send(const std::string& bytes) {
        boost::system::error_code ignored;
        asio::write(socket_, asio::buffer(bytes), ignored);
    }
    /// Everything until the server closes.
    std::string rest() {
        std::string text;
        boost::system::error_code ec;
        asio::read(socket_, asio::dynamic_buffer(text), ec);
        return text;
    }
    std::string ask(const std::string& bytes) {
        send(bytes);
        return rest();
    }

private:
    asio::io_context io_;
    tcp::socket socket_;
};

class AdminServing : public testing::Test {
protected:
    AdminServing() {
        AdminConfig config;
        config.port = 0;
        endpoint_ = *server_.start(config);
    }

    FakeGateway gateway_;
    AdminServer server_{gateway_.sources()};
    tcp::endpoint endpoint_;
};

constexpr const char* close_after = "Host: localhost\r\nConnection: close\r\n\r\n";

TEST_F(AdminServing, AnswersOverTheWire) {
    Client client(endpoint_);
    const std::string answer = client.ask(std::string("GET /version HTTP/1.1\r\n") + close_after);

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("Content-Type: application/json\r\n"), std::string::npos);
    EXPECT_NE(answer.find("Cache-Control: no-store\r\n"), std::string::npos);
    EXPECT_NE(answer.find("{\"version\":"), std::string::npos);
}

TEST_F(AdminServing, KeepsConnectionsOpen) {
    Client client(endpoint_);
    client.send("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string both = client.ask(std::string("GET /readyz HTTP/1.1\r\n") + close_after);

    EXPECT_NE(both.find("HTTP/1.1 200 OK", 1), std::string::npos) << both;
}

TEST_F(AdminServing, AnswersHeadWithTheLengthAndWithoutTheBody) {
    Client client(endpoint_);
    const std::string answer = client.ask(std::string("HEAD /readyz HTTP/1.1\r\n") + close_after);

    EXPECT_NE(answer.find("Content-Length: 3\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(AdminServing, SaysWhyItRefuses) {
    const std::string long_field(9000, 'a');
    struct Case {
        std::string request;
        const char* status_line;
    };
    const std::vector<Case> cases = {
        {"NONSENSE\r\n\r\n", "HTTP/1.1 400 "},
        {"GET / HTTP/1.1\r\nX: " + long_field + "\r\n\r\n", "HTTP/1.1 431 "},
        {"POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", "HTTP/1.1 413 "},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "HTTP/1.1 411 "},
        {std::string("POST /metrics HTTP/1.1\r\n") + close_after, "HTTP/1.1 405 "},
        {std::string("GET /nothing HTTP/1.1\r\n") + close_after, "HTTP/1.1 404 "},
    };
    for (const Case& test : cases) {
        Client client(endpoint_);
        const std::string answer = client.ask(test.request);
        EXPECT_TRUE(answer.starts_with(test.status_line)) << test.request << answer;
        EXPECT_NE(answer.find("{\"error\":"), std::string::npos) << answer;
    }
}

TEST_F(AdminServing, HandsBodyAndFieldsToAnAction) {
    const std::string body(std::size_t{64} * 1024, ' ');
    gateway_.actions = {{"/count", [](const AdminCall& call) {
                             return AdminReply{200, "text/plain", std::to_string(call.body.size())};
                         }}};
    AdminServer server(gateway_.sources());
    AdminConfig config;
    config.port = 0;
    Client client(*server.start(config));
    const std::string answer = client.ask(
        "POST /count HTTP/1.1\r\nx-spillway-admin: 1\r\n"
        "Content-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n" + close_after + body);

    EXPECT_TRUE(answer.ends_with("\r\n\r\n65536")) << answer;
}

TEST_F(AdminServing, GetsItsRefusalAcrossToWhoeverIsStillSending) {
    const std::string body(std::size_t{512} * 1024, ' ');
    Client client(endpoint_);
    client.send("POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n");
    client.send(body);

    EXPECT_TRUE(client.rest().starts_with("HTTP/1.1 413 "));
}

TEST_F(AdminServing, BoundsItsConnections) {
    std::vector<std::unique_ptr<Client>> seated;
    for (int i = 0; i < 64; ++i) {
        seated.push_back(std::make_unique<Client>(endpoint_));
        seated.back()->send("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    const std::string request = std::string("GET /readyz HTTP/1.1\r\n") + close_after;
    Client one_more(endpoint_);
    EXPECT_EQ(one_more.ask(request), "") << "closed without an answer";

    seated.pop_back();
    std::string answer;
    for (int i = 0; i < 100 && answer.empty(); ++i) {
        Client next(endpoint_);  // refused while the seat is not free yet
        answer = next.ask(request);
    }
    EXPECT_NE(answer.find("200 OK"), std::string::npos);
}

TEST_F(AdminServing, EndsWhileSomebodyIsConnected) {
    auto server = std::make_unique<AdminServer>(gateway_.sources());
    AdminConfig config;
    config.port = 0;
    Client idle(*server->start(config));
    Client halfway(endpoint_);
    halfway.send("GET /readyz HT");

    server.reset();

    EXPECT_EQ(idle.rest(), "");
}

TEST(AdminStart, SaysWhyItCannotListen) {
    FakeGateway gateway;
    AdminServer first(gateway.sources());
    AdminServer second(gateway.sources());
    AdminConfig config;
    config.port = 0;
    config.port = first.start(config)->port();

    const auto refused = second.start(config);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), "cannot listen for admin requests on 127.0.0.1 port " +
                                   std::to_string(config.port) + ": Address already in use");
}

}  // namespace
}  // namespace spillway
