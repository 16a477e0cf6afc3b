#include "sim/server.hpp"

#include <charconv>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "sim/delivery.hpp"
#include "sim/fields.hpp"
#include "sim/spawn.hpp"
#include "sim/spoil.hpp"

namespace spillway_sim {

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

// How late a scheduled refusal may start or end; one that an admin call starts acts at once.
constexpr auto refusal_tick = std::chrono::milliseconds(10);

std::optional<asio::ssl::context> make_tls(const ResourceOptions& options) {
    if (options.certificate_file.empty()) { return std::nullopt; }
    asio::ssl::context context(asio::ssl::context::tls_server);
    context.use_certificate_chain_file(options.certificate_file);
    context.use_private_key_file(options.key_file, asio::ssl::context::pem);
    return context;
}

/// Counts a connection as open for as long as its coroutine lives.
class OpenConnection {
public:
    explicit OpenConnection(ConnectionCounts& counts) : counts_(counts) { ++counts_.open; }
    ~OpenConnection() { --counts_.open; }
    OpenConnection(const OpenConnection&) = delete;
    OpenConnection& operator=(const OpenConnection&) = delete;

private:
    ConnectionCounts& counts_;
};

/// Counts a stream as open while it is being delivered; JSON answers are not counted.
class OpenStream {
public:
    OpenStream(Counts& counts, const Reply& reply) : counts_(reply.is_stream ? &counts : nullptr) {
        if (counts_ == nullptr) { return; }
        ++counts_->open_streams;
        counts_->max_open_streams = std::max(counts_->max_open_streams, counts_->open_streams);
    }
    ~OpenStream() {
        if (counts_ != nullptr) { --counts_->open_streams; }
    }
    OpenStream(const OpenStream&) = delete;
    OpenStream& operator=(const OpenStream&) = delete;

private:
    Counts* counts_;
};

}  // namespace

tcp::endpoint read_endpoint(const std::string& address) {
    const auto colon = address.rfind(':');
    error_code ec;
    const auto host = asio::ip::make_address(address.substr(0, colon), ec);
    unsigned short port = 0;
    const char* const end = address.data() + address.size();
    const char* const digits = colon == std::string::npos ? end : address.data() + colon + 1;
    const bool is_port = digits != end && std::from_chars(digits, end, port).ptr == end;
    if (ec || !is_port) { throw InputError("\"" + address + "\" is not ADDRESS:PORT"); }
    return {host, port};
}

std::string write_endpoint(const tcp::endpoint& endpoint) {
    return endpoint.address().to_string() + ':' + std::to_string(endpoint.port());
}

Server::Server(asio::io_context& io, Resource& resource, FaultPlan& plan,
               HeaderFaults header_faults)
    : io_(io),
      resource_(resource),
      plan_(plan),
      header_faults_(header_faults),
      tls_(make_tls(resource.options())),
      acceptor_(io),
      endpoint_(read_endpoint(resource.options().listen)) {
    open();
}

void Server::open() {
    acceptor_.open(endpoint_.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint_);
    acceptor_.listen();
    endpoint_ = acceptor_.local_endpoint();
}

void Server::start() {
    spawn(io_.get_executor(), accept_loop());
    spawn(io_.get_executor(), watch_plan());
}

task<void> Server::watch_plan() {
    asio::steady_timer tick(io_);
    for (;;) {
        tick.expires_after(refusal_tick);
        const auto [ec] = co_await tick.async_wait(use_tuple);
        if (ec) { co_return; }
        apply_refusal(spillway::Clock::now());
    }
}

void Server::apply_refusal(TimePoint now) {
    const Refuse refuse = plan_.refusing(resource_.options().name, now);
    if (refuse == Refuse::none) {
        if (!acceptor_.is_open()) { open(); }
        return;
    }
    if (!acceptor_.is_open()) { return; }
    acceptor_.close();
    if (refuse == Refuse::all_connections) { reset_connections(); }
}

void Server::reset_connections() {
    for (const auto& known : connections_) {
        if (const auto connection = known.lock()) { connection->channel().reset(); }
    }
    connections_.clear();
}

task<void> Server::accept_loop() {
    asio::steady_timer closed(io_);
    for (;;) {
        auto [ec, socket] = co_await acceptor_.async_accept(use_tuple);
        if (!ec) {
            admit(std::move(socket));
            continue;
        }
        // Closed for now, or out of descriptors: look again at the next tick.
        closed.expires_after(refusal_tick);
        const auto [waited] = co_await closed.async_wait(use_tuple);
        static_cast<void>(waited);
    }
}

void Server::admit(tcp::socket socket) {
    ++resource_.connections().accepted;
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    asio::ssl::context* const tls = tls_ ? &*tls_ : nullptr;
    auto connection = std::make_shared<Connection>(std::move(socket), tls);
    if (plan_.take_reset(resource_.options().name, spillway::Clock::now())) {
        ++resource_.connections().reset;
        connection->channel().reset();
        return;
    }
    std::erase_if(connections_, [](const auto& known) { return known.expired(); });
    connections_.push_back(connection);
    spawn(io_.get_executor(), serve(std::move(connection)));
}

task<void> Server::serve(std::shared_ptr<Connection> connection) {
    const OpenConnection open_connection(resource_.connections());
    bool goes_on = co_await Connection::start(connection);
    TimePoint idle_until = spillway::never;
    while (goes_on) {
        const std::optional<Request> request = co_await connection->read_request(idle_until);
        if (!request) {
            co_await connection->finish();
            break;
        }
        idle_until = spillway::never;
        goes_on = co_await exchange(*connection, *request, idle_until);
    }
}

Fault Server::choose_fault(const Request& request, const Call& call, TimePoint now) {
    const auto wish = request.fields.find("x-sim-fault");
    if (header_faults_ == HeaderFaults::honoured && wish != request.fields.end()) {
        const Json json = Json::parse(wish->value(), nullptr, false);
        return read_fault(json, "x-sim-fault");
    }
    const FaultScope scope{resource_.options().name, call.deployment, call.operation()};
    const Fault* const planned = plan_.take_for_request(scope, now);
    return planned == nullptr ? Fault{} : *planned;
}

Exchange Server::decide(const Request& request, const Call& call, TimePoint now) {
    Exchange made;
    try {
        made.fault = choose_fault(request, call, now);
        made.reply = made.fault.status == 0 ? resource_.answer(request, call, now)
                                            : resource_.refuse_call(call, made.fault);
    } catch (const InputError& error) { made.reply = bad_request(error.what(), "x-sim-fault", ""); }
    const Counts& counts = resource_.counts_of(call.deployment);
    made.reply.headers.emplace_back("x-sim-request-count", std::to_string(counts.requests));
    const bool is_last = !request.is_keep_alive || request.method.empty();
    if (is_last) { made.reply.headers.emplace_back("connection", "close"); }
    made.reply = spoil(std::move(made.reply), made.fault);
    made.image = make_wire_image(made.reply, made.fault);
    if (is_last && !made.image.ending) { made.image.ending = Ending::fin; }
    return made;
}

task<bool> Server::exchange(Connection& connection, const Request& request, TimePoint& idle_until) {
    const Call call = read_call(resource_.options().kind, request);
    Counts& counts = resource_.counts_of(call.deployment);
    counts.on_request(request);
    const Exchange made = decide(request, call, spillway::Clock::now());
    const Fault& fault = made.fault;
    const Tempo tempo(resource_.options().pace, fault, made.reply.work_tokens);

    const OpenStream open_stream(counts, made.reply);
    Delivery delivery;
    const bool is_there = co_await wait_for_head(connection, tempo, fault);
    if (is_there) {
        if (!made.image.segments.empty()) { counts.on_status(made.reply.status); }
        delivery = co_await deliver(connection, made.image, tempo, fault);
    }
    if (!is_there || delivery.is_peer_gone) {
        const TimePoint left = connection.gone_at().value_or(spillway::Clock::now());
        counts.on_cancelled({left, delivery.events_sent, made.reply.is_stream});
        co_return false;
    }
    ++counts.complete;
    if (fault.idle_close) { idle_until = spillway::Clock::now() + *fault.idle_close; }
    co_await end_as_told(connection, made.image);
    co_return !made.image.ending;
}

}  // namespace spillway_sim
