// The fixed upstream behind every proxy of a comparison: answers any POST at once with the same
// JSON, or with a paced stream of events when the body asks for one. As cheap as Asio allows, so
// that it is never the bottleneck. Usage: bench_upstream PORT EVENT_MS EVENTS
#include <boost/asio.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using asio::ip::tcp;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
template <class T>
using task = asio::awaitable<T, Executor>;
constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> use_tuple{};

namespace {

struct Pace {
    std::chrono::milliseconds gap;
    int events;
};

const std::string event_payload =
    R"(data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,)"
    R"("model":"gpt-4o-2024-08-06","choices":[{"index":0,"delta":{"content":" word"},)"
    R"("finish_reason":null}]})"
    "\n\n";

const std::string json_payload =
    R"({"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,)"
    R"("model":"gpt-4o-2024-08-06","choices":[{"index":0,"message":{"role":"assistant","content":")" +
    std::string(600, 'x') +
    R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":120,"completion_tokens":150,)"
    R"("total_tokens":270}})";

std::string chunk(std::string_view payload) {
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", payload.size());
    return std::string(size).append(payload).append("\r\n");
}

const std::string json_answer =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
    "content-length: " +
    std::to_string(json_payload.size()) + "\r\n\r\n" + json_payload;
const std::string stream_head =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    "transfer-encoding: chunked\r\n\r\n";
const std::string stream_event = chunk(event_payload);
const std::string stream_end = chunk("data: [DONE]\n\n") + "0\r\n\r\n";

// Length of the first whole request in `input`, 0 when there is none yet. Only bodies with a
// content-length come here.
std::size_t request_length(std::string_view input) {
    const std::size_t head = input.find("\r\n\r\n");
    if (head == std::string_view::npos) { return 0; }
    std::size_t field = input.find("ontent-");
    while (field < head &&
           !(input.substr(field + 7, 7) == "length:" || input.substr(field + 7, 7) == "Length:")) {
        field = input.find("ontent-", field + 1);
    }
    if (field >= head) { return head + 4; }
    const auto body = std::strtoul(input.data() + field + 14, nullptr, 10);
    return input.size() >= head + 4 + body ? head + 4 + body : 0;
}

task<void> stream(Socket& socket, Pace pace) {
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, Executor>
        timer(socket.get_executor(), std::chrono::steady_clock::now());
    const auto head = asio::buffer(stream_head);
    co_await asio::async_write(socket, head, use_tuple);
    for (int i = 0; i < pace.events; ++i) {
        timer.expires_at(timer.expiry() + pace.gap);
        co_await timer.async_wait(use_tuple);
        const auto event = asio::buffer(stream_event);
        const auto [ec, bytes] = co_await asio::async_write(socket, event, use_tuple);
        if (ec || bytes == 0) { co_return; }
    }
    const auto end = asio::buffer(stream_end);
    co_await asio::async_write(socket, end, use_tuple);
}

task<void> serve(Socket socket, Pace pace) {
    std::string input;
    std::string piece(16 * 1024, '\0');
    for (;;) {
        const auto room = asio::buffer(piece);
        const auto [ec, bytes] = co_await socket.async_read_some(room, use_tuple);
        if (ec) { co_return; }
        input.append(piece, 0, bytes);
        for (std::size_t length = request_length(input); length > 0;
             length = request_length(input)) {
            const bool streams = std::string_view(input)
                                     .substr(0, length)
                                     .find("\"stream\":true") != std::string_view::npos;
            input.erase(0, length);
            if (streams) {
                co_await stream(socket, pace);
                continue;
            }
            const auto answer = asio::buffer(json_answer);
            co_await asio::async_write(socket, answer, use_tuple);
        }
    }
}

task<void> accept(asio::io_context& io, unsigned short port, Pace pace) {
    asio::basic_socket_acceptor<tcp, Executor>
        acceptor(io.get_executor(), tcp::endpoint(asio::ip::address_v4::loopback(), port));
    acceptor.listen(4096);
    for (;;) {
        Socket socket(io.get_executor());
        const auto [ec] = co_await acceptor.async_accept(socket, use_tuple);
        if (ec) { continue; }
        socket.set_option(tcp::no_delay(true));
        asio::co_spawn(io.get_executor(), serve(std::move(socket), pace), asio::detached);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_upstream PORT EVENT_MS EVENTS\n";
        return 2;
    }
    asio::io_context io(1);
    const auto port = static_cast<unsigned short>(std::atoi(argv[1]));
    const Pace pace{std::chrono::milliseconds(std::atoi(argv[2])), std::atoi(argv[3])};
    asio::co_spawn(io.get_executor(), accept(io, port, pace), asio::detached);
    io.run();
}
