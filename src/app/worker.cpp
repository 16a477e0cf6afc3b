#include "app/worker.hpp"

#include "telemetry/event_log.hpp"

#include <boost/asio/post.hpp>

#include <sys/socket.h>

#include <exception>
#include <utility>

namespace spillway {
namespace {

constexpr std::string_view too_many_connections =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
    "Content-Length: 157\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
    R"({"error":{"message":"The gateway has reached limits.connections. Reuse connections )"
    R"(or add replicas.","type":"server_error","param":null,"code":"overloaded"}})";

// What a new connection's socket takes at once; it is closed whether or not that is all.
void refuse(const Socket& socket) noexcept {
    const auto flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    static_cast<void>(::send(socket.fd(), too_many_connections.data(), too_many_connections.size(),
                             flags));
}

}  // namespace

Worker::Worker(const WorkerContext::Parts& parts)
    : context_(parts), work_(context_.io.get_executor()) {}

Worker::~Worker() { stop(); }

std::unique_ptr<Listener> Worker::new_listener() {
    auto on_accept = [this, number = listeners_.size()](Socket socket) {
        accepted(std::move(socket), terms_.tls[number]);
    };
    return std::make_unique<Listener>(context_.io, context_.poller, std::move(on_accept));
}

boost::system::result<asio::ip::tcp::endpoint, std::string> Worker::listen(const std::string& host,
                                                                           std::uint16_t port) {
    std::unique_ptr<Listener> listener = new_listener();
    auto bound = listener->open(host, port);
    if (bound) { listeners_.push_back(std::move(listener)); }
    return bound;
}

boost::system::result<asio::ip::tcp::endpoint, std::string> Worker::adopt(
    int descriptor, const asio::ip::tcp::endpoint& endpoint) {
    std::unique_ptr<Listener> listener = new_listener();
    auto bound = listener->adopt(descriptor, endpoint);
    if (bound) { listeners_.push_back(std::move(listener)); }
    return bound;
}

void Worker::set_terms(Terms terms) {
    post([this, terms = std::move(terms)](WorkerContext&) { terms_ = terms; });
}

void Worker::start() {
    context_.wheel.start();
    thread_ = std::thread([this] {
        asio::post(context_.io, [this] { context_.poller.run(); });
        context_.io.run();
    });
}

void Worker::post(std::function<void(WorkerContext&)> change) {
    asio::post(context_.io, [this, change = std::move(change)] { change(context_); });
    context_.poller.notify();
}

void Worker::accept() {
    post([this](WorkerContext&) {
        for (const auto& listener : listeners_) {
            busy_.fetch_add(1);
            const auto on_escape = [this](const std::exception_ptr& e) { escaped(e); };
            spawn(context_.io.get_executor(), listener->accept_loop(), on_escape);
        }
    });
}

void Worker::stop_accepting() {
    post([this](WorkerContext& context) {
        context.draining = true;
        context.sessions.close_idle();
        for (const auto& listener : listeners_) {
            const auto on_escape = [this](const std::exception_ptr& e) { escaped(e); };
            spawn(context_.io.get_executor(), close_listener(*listener), on_escape);
        }
    });
}

task<void> Worker::close_listener(Listener& listener) {
    co_await listener.close();
    busy_.fetch_sub(1);
}

void Worker::stop_requests() {
    post([](WorkerContext& context) { context.sessions.stop_all(); });
}

void Worker::stop() {
    if (thread_.joinable()) {
        post([](WorkerContext& context) {
            context.wheel.stop();
            context.poller.close();  // what still runs unwinds, logged, before the next handler
            asio::post(context.io, [&context] {
                context.log.flush();
                context.audit.flush();
                context.io.stop();
            });
        });
        work_.reset();
        thread_.join();
    }
}

void Worker::accepted(Socket socket, const std::shared_ptr<TlsContext>& tls) {
    if (connections_ >= terms_.connections_max) {
        context_.cells.connections_refused.add();
        refuse(socket);
        return;
    }
    context_.cells.connections_accepted.add();
    socket.send_without_delay();
    const std::string peer = socket.peer().address().to_string();
    const auto on_escape = [this](const std::exception_ptr& e) { escaped(e); };
    Accepted connection(std::move(socket), tls, peer);
    spawn(context_.io.get_executor(), run_session(std::move(connection)), on_escape);
}

task<void> Worker::run_session(Accepted connection) {
    ++connections_;
    busy_.fetch_add(1);
    context_.cells.connections_open.add();
    co_await serve(context_, std::move(connection));
    context_.cells.connections_open.sub();
    busy_.fetch_sub(1);
    --connections_;
}

void Worker::escaped(const std::exception_ptr& exception) {
    context_.cells.escaped_exceptions.add();
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& e) {
        log_event(Severity::error, "escaped_exception", {{"what", e.what()}});
    } catch (...) {
        log_event(Severity::error, "escaped_exception", {{"what", "not a std::exception"}});
    }
}

}  // namespace spillway
