// Load for a comparison: keeps C connections busy with one request for S seconds and says what came
// back. Usage: bench_load PORT CONNECTIONS SECONDS json|sse. Prints one JSON line: {"requests",
// "events", "errors", "p50_us", "p99_us"}.
#include <boost/asio.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
template <class T>
using task = asio::awaitable<T, Executor>;
constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> use_tuple{};

namespace {

struct Tally {
    std::uint64_t requests = 0;
    std::uint64_t events = 0;
    std::uint64_t errors = 0;
    std::vector<std::uint32_t> latencies_us;
};

std::string request(std::string_view mode) {
    // About the size and shape of a real chat request from the Python SDK.
    const std::string stream = mode == "sse" ? R"("stream":true,)" : "";
    const std::string body = R"({"messages":[{"role":"system","content":"You are helpful."},)"
                             R"({"role":"user","content":")" +
                             std::string(1500, 'p') + R"("}],"model":"gpt-4o",)" + stream +
                             R"("max_tokens":256})";
    return "POST /v1/chat/completions HTTP/1.1\r\nHost: gateway.test\r\n"
           "Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n"
           "Accept: application/json\r\nContent-Type: application/json\r\n"
           "User-Agent: OpenAI/Python 2.8.0\r\nX-Stainless-Lang: python\r\n"
           "X-Stainless-Package-Version: 2.8.0\r\nX-Stainless-OS: Linux\r\n"
           "X-Stainless-Arch: x64\r\nX-Stainless-Runtime: CPython\r\n"
           "X-Stainless-Runtime-Version: 3.11.7\r\nAuthorization: Bearer sk-local\r\n"
           "X-Stainless-Async: false\r\nx-stainless-retry-count: 0\r\n"
           "x-stainless-read-timeout: 600\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Counts the marker that stands once in every event.
std::uint64_t count_events(std::string_view bytes) {
    std::uint64_t count = 0;
    for (std::size_t at = bytes.find("\ndata: {"); at != std::string_view::npos;
         at = bytes.find("\ndata: {", at + 1)) {
        ++count;
    }
    return count;
}

bool is_complete(std::string_view input) {
    const std::size_t head = input.find("\r\n\r\n");
    if (head == std::string_view::npos) { return false; }
    if (input.ends_with("\r\n0\r\n\r\n")) { return true; }
    for (const std::string_view name : {"content-length: ", "Content-Length: "}) {
        const std::size_t field = input.substr(0, head).find(name);
        if (field != std::string_view::npos) {
            const auto body = std::strtoul(input.data() + field + name.size(), nullptr, 10);
            return input.size() >= head + 4 + body;
        }
    }
    return false;
}

task<void> run(asio::io_context& io, tcp::endpoint target, const std::string& text,
               Clock::time_point until, Tally& tally) {
    Socket socket(io.get_executor());
    const auto [failed] = co_await socket.async_connect(target, use_tuple);
    if (failed) {
        ++tally.errors;
        co_return;
    }
    socket.set_option(tcp::no_delay(true));
    std::string input;
    std::string piece(64 * 1024, '\0');
    while (Clock::now() < until) {
        const auto sent = Clock::now();
        const auto out = asio::buffer(text);
        co_await asio::async_write(socket, out, use_tuple);
        input.clear();
        bool complete = false;
        while (!complete) {
            const auto room = asio::buffer(piece);
            const auto [ec, bytes] = co_await socket.async_read_some(room, use_tuple);
            if (ec) {
                ++tally.errors;
                co_return;
            }
            tally.events += count_events(std::string_view(piece).substr(0, bytes));
            input.append(piece, 0, bytes);
            complete = is_complete(input);
        }
        if (!input.starts_with("HTTP/1.1 200")) { ++tally.errors; }
        ++tally.requests;
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() -
                                                                                sent);
        tally.latencies_us.push_back(static_cast<std::uint32_t>(took.count()));
    }
}

std::uint32_t percentile(std::vector<std::uint32_t>& values, double share) {
    if (values.empty()) { return 0; }
    const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at),
                     values.end());
    return values[at];
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_load PORT CONNECTIONS SECONDS json|sse\n";
        return 2;
    }
    asio::io_context io(1);
    const tcp::endpoint target(asio::ip::address_v4::loopback(),
                               static_cast<unsigned short>(std::atoi(argv[1])));
    const std::string text = request(argv[4]);
    const auto until = Clock::now() +
                       std::chrono::milliseconds(static_cast<int>(1000 * std::atof(argv[3])));
    Tally tally;
    for (int i = 0; i < std::atoi(argv[2]); ++i) {
        asio::co_spawn(io.get_executor(), run(io, target, text, until, tally), asio::detached);
    }
    io.run();
    std::cout << "{\"requests\":" << tally.requests << ",\"events\":" << tally.events
              << ",\"errors\":" << tally.errors
              << ",\"p50_us\":" << percentile(tally.latencies_us, 0.5)
              << ",\"p99_us\":" << percentile(tally.latencies_us, 0.99) << "}\n";
}
