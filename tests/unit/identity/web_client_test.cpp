// Small calls over real sockets: what is sent, what comes back, and every bound.
#include "identity/web_client.hpp"

#include "net/tunnel.hpp"
#include "support/scripted_server.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace spillway {
namespace {

using std::chrono::milliseconds;
using After = ScriptedServer::After;

class WebCalls : public testing::Test {
protected:
    WebCalls() { client_.start(); }
    ~WebCalls() override {
        client_.close();
        io_.restart();
        io_.run_for(milliseconds(100));
    }

    static WebCall to(const ScriptedServer& server) {
        WebCall call;
        call.to = {false, "127.0.0.1", server.port(), ""};
        call.target = "/path?query";
        call.time = milliseconds(500);
        return call;
    }
    Result<WebReply> perform(const WebCall& call) {
        std::optional<Result<WebReply>> result;
        const auto run = [](WebClient& client, const WebCall& what,
                            std::optional<Result<WebReply>>& into) -> task<void> {
            Result<WebReply> reply = co_await client.call(what);
            into.emplace(std::move(reply));
        };
        spawn(io_.get_executor(), run(client_, call, result),
              [](const std::exception_ptr&) { FAIL(); });
        for (int i = 0; i < 500 && !result; ++i) { io_.run_for(milliseconds(10)); }
        return *result;
    }

    asio::io_context io_{1};
    WebClient client_{io_};
};

TEST_F(WebCalls, GetWhatIsThere) {
    ScriptedServer server(
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\n{}");
    WebCall call = to(server);
    call.fields = Secret("Metadata: true\r\n");

    const Result<WebReply> reply = perform(call);

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "{}");
    EXPECT_EQ(reply->date, std::chrono::system_clock::from_time_t(784111777));
    EXPECT_EQ(server.received(),
              "GET /path?query HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                  "\r\nAccept: application/json\r\nAccept-Encoding: identity"
                  "\r\nConnection: close\r\nMetadata: true\r\n\r\n");
}

TEST_F(WebCalls, PostAFormAndTakeAChunkedAnswer) {
    ScriptedServer server(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\nRetry-After: 7\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    WebCall call = to(server);
    call.form = Secret("grant_type=x");

    const Result<WebReply> reply = perform(call);

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 400);
    EXPECT_EQ(reply->body, "abcde");
    EXPECT_EQ(reply->retry_after, std::chrono::seconds(7));
    EXPECT_TRUE(server.received().starts_with("POST /path?query HTTP/1.1\r\n"));
    EXPECT_TRUE(server.received().ends_with(
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 12\r\n\r\n"
        "grant_type=x"));
}

TEST_F(WebCalls, TakeABodyThatTheEndOfTheConnectionEnds) {
    ScriptedServer server("HTTP/1.1 200 OK\r\n\r\nall of it");
    const Result<WebReply> reply = perform(to(server));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, "all of it");
}

TEST_F(WebCalls, FailWhenTheAnswerIsTooLargeOrCutOrNoHttp) {
    struct Case {
        std::string answer;
        Cause cause;
    };
    const std::string large(5000, 'x');
    for (const Case& each :
         {Case{"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + large, Cause::too_large},
          Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nxx", Cause::closed},
          Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
               Cause::malformed},
          Case{"SSH-2.0-OpenSSH\r\n\r\n", Cause::malformed}}) {
        ScriptedServer server(each.answer);
        WebCall call = to(server);
        call.body_max = 4999;
        const Result<WebReply> reply = perform(call);
        ASSERT_FALSE(reply);
        EXPECT_EQ(reply.error().cause, each.cause) << each.answer.substr(0, 60);
    }
}

TEST_F(WebCalls, FailWhenNothingComesInTime) {
    ScriptedServer server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", After::keep_silent);
    WebCall call = to(server);
    call.time = milliseconds(100);
    const Result<WebReply> reply = perform(call);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().cause, Cause::timeout);
}

TEST_F(WebCalls, AskAProxyFirstAndStopWhenItRefuses) {
    ScriptedServer proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    WebCall call = to(proxy);
    call.to = {true, "login.example", 443, ""};
    call.proxy = EgressProxy{"127.0.0.1", proxy.port(), Secret("user:pass")};

    const Result<WebReply> reply = perform(call);

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().stage, Stage::connect);
    EXPECT_EQ(proxy.received(), connect_request({{"login.example", 443}, "user:pass"}));
}

TEST_F(WebCalls, FailWithoutAnAddress) {
    WebCall call;
    call.to = {true, "no-such-host.invalid", 443, ""};
    const Result<WebReply> reply = perform(call);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().stage, Stage::resolve);
}

}  // namespace
}  // namespace spillway
