#include "app/ask_once.hpp"

#include "net/task.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace spillway {

namespace {

task<void> ask(WebClient& client, const WebCall& call, std::optional<Result<WebReply>>& reply) {
    Result<WebReply> answer = co_await client.call(call);
    reply = std::move(answer);
}

}  // namespace

Result<WebReply> ask_once(const WebCall& call) {
    std::optional<Result<WebReply>> reply;
    asio::io_context io;
    WebClient client(io);  // its poller resumes the coroutine, so it has to outlive that
    client.start();
    spawn(io.get_executor(), ask(client, call, reply),
          [](const std::exception_ptr& bug) { std::rethrow_exception(bug); });
    while (!reply) { io.run_one(); }
    client.close();
    io.poll();
    return *std::move(reply);
}

}  // namespace spillway
