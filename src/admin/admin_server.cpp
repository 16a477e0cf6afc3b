#include "admin/admin_server.hpp"

#include "admin/admin_connection.hpp"
#include "telemetry/event_log.hpp"

#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace spillway {

namespace {

constexpr std::size_t connections_max = 64;
// After a failed accept (out of descriptors): long enough not to spin.
constexpr std::chrono::milliseconds accept_pause{100};

using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

void log_escape(const std::exception_ptr& escaped) {
    try {
        std::rethrow_exception(escaped);
    } catch (const std::exception& error) {
        log_event(Severity::error, "admin_exception", {{"what", error.what()}});
    }
}

/// Counts a connection for as long as its coroutine lives.
class Seat {
public:
    explicit Seat(std::size_t& taken) : taken_(taken) { ++taken_; }
    ~Seat() { --taken_; }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

private:
    std::size_t& taken_;
};

}  // namespace

AdminServer::AdminServer(AdminSources sources)
    : pages_(std::move(sources)), wheel_(io_, [](Duration /*lag*/) {}), poller_(io_, wheel_) {}

AdminServer::~AdminServer() {
    if (!thread_.joinable()) { return; }
    asio::post(io_, [this] {
        wheel_.stop();
        poller_.close();
        asio::post(io_, [this] { io_.stop(); });  // behind the connections, which unwind now
    });
    thread_.join();
}

boost::system::result<asio::ip::tcp::endpoint, std::string> AdminServer::start(const AdminConfig&
                                                                                   config) {
    tls_files_ = config.tls;
    std::string trouble = load_tls();
    if (!trouble.empty()) { return trouble; }
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(config.host, ec);
    const asio::ip::tcp::endpoint endpoint(address, config.port);
    if (!ec) { acceptor_.open(endpoint.protocol(), ec); }
    if (!ec) { acceptor_.set_option(asio::socket_base::reuse_address(true), ec); }
    if (!ec) { acceptor_.bind(endpoint, ec); }
    if (!ec) { acceptor_.listen(asio::socket_base::max_listen_connections, ec); }
    if (ec) {
        return "cannot listen for admin requests on " + config.host + " port " +
               std::to_string(config.port) + ": " + ec.message();
    }
    const asio::ip::tcp::endpoint bound = acceptor_.local_endpoint();
    spawn(io_.get_executor(), accept_loop(), log_escape);
    spawn(io_.get_executor(), observe_loop(), log_escape);
    wheel_.start();
    poller_.start();
    thread_ = std::thread([this] { io_.run(); });
    return bound;
}

/// Anew for each connection, of which there are few: what the files hold now counts. Empty, or why
/// what was loaded before is kept.
std::string AdminServer::load_tls() {
    if (!tls_files_) { return {}; }
    auto made = TlsContext::server(tls_files_->certificate, tls_files_->key, tls_files_->client_ca);
    if (!made) { return "admin.tls: " + made.error(); }
    tls_ = *std::move(made);
    return {};
}

task<void> AdminServer::accept_loop() {
    Timer pause(io_);
    for (;;) {
        auto [ec, socket] = co_await acceptor_.async_accept(use_tuple);
        if (ec) {
            pause.expires_after(accept_pause);
            co_await pause.async_wait(use_tuple);
            continue;
        }
        if (connections_ == connections_max) { continue; }
        boost::system::error_code released;
        const int descriptor = socket.release(released);
        if (released) { continue; }
        spawn(io_.get_executor(), serve(Socket(descriptor)), log_escape);
    }
}

task<void> AdminServer::observe_loop() {
    Timer pause(io_);
    for (;;) {
        const Moment at{Clock::now(), std::chrono::system_clock::now()};
        pages_.observe(at);
        pause.expires_after(AdminPages::observe_every);
        co_await pause.async_wait(use_tuple);
    }
}

task<void> AdminServer::serve(Socket socket) {
    const Seat seat(connections_);
    const std::string trouble = load_tls();
    if (!trouble.empty()) { log_event(Severity::error, "admin_tls_kept", {{"reason", trouble}}); }
    AdminConnection connection(std::move(socket), poller_, pages_);
    co_await connection.run(tls_);
}

}  // namespace spillway
