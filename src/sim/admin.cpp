#include "sim/admin.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "sim/compose.hpp"
#include "sim/fields.hpp"
#include "sim/refusal.hpp"
#include "sim/spawn.hpp"
#include "sim/wire_image.hpp"

namespace spillway_sim {

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

Json parse_body(const Request& request) {
    Json json = Json::parse(request.body, nullptr, false);
    if (json.is_discarded()) { throw InputError("the body is not JSON"); }
    return json;
}

}  // namespace

Admin::Admin(asio::io_context& io, const std::string& address, FaultPlan& plan,
             std::vector<std::unique_ptr<Server>>& servers)
    : io_(io), plan_(plan), servers_(servers), acceptor_(io, read_endpoint(address)) {}

void Admin::start() { spawn(io_.get_executor(), accept_loop()); }

std::string Admin::address() const { return write_endpoint(acceptor_.local_endpoint()); }

task<void> Admin::accept_loop() {
    for (;;) {
        auto [ec, socket] = co_await acceptor_.async_accept(use_tuple);
        if (ec) { co_return; }
        auto connection = std::make_shared<Connection>(std::move(socket), nullptr);
        spawn(io_.get_executor(), serve(std::move(connection)));
    }
}

task<void> Admin::serve(std::shared_ptr<Connection> connection) {
    bool goes_on = co_await Connection::start(connection);
    while (goes_on) {
        const std::optional<Request> request = co_await connection->read_request(spillway::never);
        if (!request) { break; }
        const Reply reply = answer(*request);
        const WireImage image = make_wire_image(reply, Fault{});
        const std::string bytes = image.segments.front().bytes + image.segments.back().bytes;
        goes_on = co_await connection->write(bytes);
        goes_on = goes_on && request->is_keep_alive;
    }
    co_await connection->finish();
}

Reply Admin::answer(const Request& request) {
    try {
        return compose_document(act(request));
    } catch (const InputError& error) { return bad_request(error.what(), "", ""); }
}

Json Admin::act(const Request& request) {
    const std::string wanted = request.method + ' ' + request.target;
    const TimePoint now = spillway::Clock::now();
    if (wanted == "GET /healthz") { return {{"status", "ok"}}; }
    if (wanted == "GET /stats") { return stats(); }
    if (wanted == "GET /faults") { return plan_.to_json(); }
    if (wanted == "POST /faults") {
        const std::size_t id = plan_.add(parse_body(request), now);
        apply_refusals();
        return {{"id", id}};
    }
    if (wanted == "POST /limits") { return change_limits(parse_body(request)); }
    if (wanted == "DELETE /faults" || wanted == "POST /reset") {
        plan_.clear();
        apply_refusals();
        if (request.method == "DELETE") { return Json::object(); }
        for (const auto& server : servers_) { server->resource().reset(now); }
        return Json::object();
    }
    throw InputError(wanted +
                     ": known are GET /healthz /stats /faults, POST /faults /limits /reset, "
                     "DELETE /faults");
}

Json Admin::change_limits(const Json& wish) {
    Fields fields(wish, "limits");
    const auto resource = fields.take<std::string>("resource", "");
    const auto deployment = fields.take<std::string>("deployment", "");
    for (const auto& server : servers_) {
        Meter* const meter = server->resource().meter_of(deployment);
        if (server->resource().options().name != resource || meter == nullptr) { continue; }
        const Meter::Limits limits{fields.take_amount("tpm", meter->limits().tokens),
                                   fields.take_amount("rpm", meter->limits().requests)};
        fields.finish();
        meter->set_limits(limits);
        return {{"tpm", limits.tokens}, {"rpm", limits.requests}};
    }
    throw InputError("limits: no deployment \"" + deployment + "\" in \"" + resource + "\"");
}

Json Admin::stats() const {
    Json resources = Json::object();
    for (const auto& server : servers_) {
        resources[server->resource().options().name] = server->resource().stats();
    }
    return {{"resources", std::move(resources)}};
}

void Admin::apply_refusals() {
    const TimePoint now = spillway::Clock::now();
    for (const auto& server : servers_) { server->apply_refusal(now); }
}

}  // namespace spillway_sim
