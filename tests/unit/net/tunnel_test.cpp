// What is asked of an egress proxy, and what counts as its consent.
#include "net/tunnel.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

using State = TunnelReply::State;

TEST(Tunnel, AsksForHostAndPortAndProvesItselfWhenItCan) {
    EXPECT_EQ(connect_request({{"acme.openai.azure.com", 443}, ""}),
              "CONNECT acme.openai.azure.com:443 HTTP/1.1\r\nHost: acme.openai.azure.com:443\r\n"
              "\r\n");
    EXPECT_EQ(connect_request({{"fd00::1", 8443}, "Aladdin:open sesame"}),
              "CONNECT [fd00::1]:8443 HTTP/1.1\r\nHost: [fd00::1]:8443\r\n"
              "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
}

struct Case {
    const char* name;
    std::string bytes;
    State state;
    int status;
};

class TunnelReplies : public testing::TestWithParam<Case> {};

TEST_P(TunnelReplies, AreReadByTheirStatusLine) {
    const TunnelReply reply = read_tunnel_reply(GetParam().bytes);
    EXPECT_EQ(reply.state, GetParam().state);
    EXPECT_EQ(reply.status, GetParam().status);
}

// With everything but the last byte nothing is decided yet, unless it is hopeless.
TEST_P(TunnelReplies, AreNotJudgedBeforeTheyAreComplete) {
    const std::string& bytes = GetParam().bytes;
    if (GetParam().state != State::open) { return; }
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_EQ(read_tunnel_reply(bytes.substr(0, size)).state, State::need_more);
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, TunnelReplies,
    testing::Values(Case{"Squid", "HTTP/1.1 200 Connection established\r\n\r\n", State::open, 200},
                    Case{"Old", "HTTP/1.0 200 OK\r\nVia: 1.0 p\r\n\r\n", State::open, 200},
                    Case{"WithoutReason", "HTTP/1.1 200\r\n\r\n", State::open, 200},
                    Case{"LengthIsIgnored", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
                         State::open, 200},
                    Case{"AsksWhoWeAre", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n<html>",
                         State::refused, 407},
                    Case{"CannotReachIt", "HTTP/1.1 502 Bad Gateway\r\n\r\n", State::refused, 502},
                    Case{"Interim", "HTTP/1.1 100 Continue\r\n\r\n", State::malformed, 0},
                    Case{"SpeaksFirst", "HTTP/1.1 200 OK\r\n\r\nSSH-2.0", State::malformed, 0},
                    Case{"Tls", std::string("\x15\x03\x01\x00\x02\x02\x46\r\n\r\n", 11),
                         State::malformed, 0},
                    Case{"Http2", "HTTP/2 200 OK\r\n\r\n", State::malformed, 0},
                    Case{"LongStatus", "HTTP/1.1 2000 OK\r\n\r\n", State::malformed, 0},
                    Case{"Nul", std::string("HTTP/1.1 200 O\0\r\n\r\n", 19), State::malformed, 0},
                    Case{"Endless", "HTTP/1.1 200 OK\r\nX: " + std::string(9000, 'x'),
                         State::malformed, 0}),
    [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace spillway
