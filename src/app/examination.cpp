#include "app/examination.hpp"

#include "app/listeners.hpp"
#include "fleet/credential.hpp"
#include "identity/secret_file.hpp"
#include "net/socket.hpp"
#include "tools/answer_diagnosis.hpp"
#include "wire/upstream_target.hpp"

#include <utility>

namespace spillway {
namespace {

// Azure's list describes some hundred models at length.
constexpr std::size_t models_bytes_max = std::size_t{4} * 1024 * 1024;

Result<std::vector<std::string>> texts_of(const Examination::Addresses& addresses) {
    if (!addresses) { return addresses.error(); }
    std::vector<std::string> texts;
    for (const auto& address : *addresses) { texts.push_back(address.address().to_string()); }
    return texts;
}

Result<ProbeReply> probe_reply(const Result<WebReply>& reply) {
    if (!reply) { return reply.error(); }
    return ProbeReply{reply->status, reply->body};
}

}  // namespace

Examination::Examination(const FleetResource& resource, const CredentialConfig* credential,
                         Poller& poller)
    : resource_(resource), credential_(credential), poller_(poller) {}

task<void> Examination::run(Addresses addresses) {
    const ResourceConfig& config = resource_.config;
    findings_.push_back(diagnose_name(config.name, resource_.address.host, texts_of(addresses)));
    if (!addresses) { co_return; }
    const std::unique_ptr<Stream> stream = co_await connect(*std::move(addresses));
    if (!stream || !make_tls()) { co_return; }
    if (tls_) {
        const Result<void> done = co_await shake_hands(*stream);
        findings_.push_back(diagnose_handshake(config.name, config.endpoint.host, handshake_));
        if (!done) { co_return; }
    }
    const WebCall question = call(Secret());
    const Result<WebReply> reply = co_await exchange(*stream, question);
    note_clock(reply);
    findings_.push_back(diagnose_anonymous(config, probe_reply(reply)));
    if (findings_.back().condition == Condition::fail || credential_ == nullptr) { co_return; }
    co_await try_credential(stream->socket().peer());
}

/// False, and a finding, when the files it is made of are no good.
bool Examination::make_tls() {
    if (!resource_.config.endpoint.tls) { return true; }
    auto made = TlsContext::client(resource_.client_tls());
    if (!made) {
        findings_.push_back({"tls", resource_.config.name, Condition::fail, made.error(),
                             "correct the files below `tls` of the resource"});
        return false;
    }
    tls_ = std::move(*made);
    return true;
}

/// All addresses are tried, because a worker may get to any of them; the first that accepts is
/// kept.
task<std::unique_ptr<Stream>> Examination::connect(std::vector<asio::ip::tcp::endpoint> addresses) {
    const Duration share = Duration(connect_time) / static_cast<Duration::rep>(addresses.size());
    std::vector<Knock> knocks;
    std::unique_ptr<Stream> first;
    for (const asio::ip::tcp::endpoint& address : addresses) {
        auto stream = std::make_unique<Stream>(Socket::for_peer(address), poller_);
        stream->stage(Stage::connect);
        stream->expires_at(Clock::now() + share);
        const Result<void> answer = co_await reach(*stream, address);
        knocks.push_back({to_text(address), answer});
        if (answer && !first) { first = std::move(stream); }
    }
    findings_.push_back(diagnose_connecting(resource_.config.name, knocks));
    co_return first;
}

/// `address` is the proxy's where there is one.
task<Result<void>> Examination::reach(Stream& stream, asio::ip::tcp::endpoint address) {
    const Result<void> connected = co_await stream.connect(address);
    if (!connected || !resource_.tunnel) { co_return connected; }
    co_return co_await open_tunnel(stream, *resource_.tunnel);
}

task<Result<void>> Examination::shake_hands(Stream& stream) {
    stream.stage(Stage::tls);
    stream.expires_at(Clock::now() + tls_time);
    TlsSession session = TlsSession::client(tls_, resource_.config.endpoint.host);
    const Result<void> done = co_await stream.handshake(std::move(session));
    handshake_.done = done;
    handshake_.reason = done ? "" : stream.tls().handshake_error();
    handshake_.expires = stream.tls().peer_expires();
    handshake_.now = std::chrono::system_clock::now();
    co_return done;
}

task<void> Examination::try_credential(asio::ip::tcp::endpoint address) {
    if (!is_key(credential_->kind)) {
        findings_.push_back(not_probed(resource_.config, *credential_));
        co_return;
    }
    Secret line(credential_line(resource_.config.kind, credential_->kind,
                                current_key(credential_->secret)));
    if (line.empty()) { co_return; }  // its file, or the table, has been told of
    const Result<WebReply> reply = co_await ask_again(address, std::move(line));
    note_clock(reply);
    findings_.push_back(diagnose_signed(resource_.config, *credential_, probe_reply(reply)));
}

task<Result<WebReply>> Examination::ask_again(asio::ip::tcp::endpoint address, Secret line) {
    Stream stream(Socket::for_peer(address), poller_);
    stream.stage(Stage::connect);
    stream.expires_at(Clock::now() + connect_time);
    const Result<void> connected = co_await reach(stream, address);
    if (!connected) { co_return connected.error(); }
    if (tls_) {
        const Result<void> done = co_await shake_hands(stream);
        if (!done) { co_return done.error(); }
    }
    const WebCall question = call(std::move(line));
    co_return co_await exchange(stream, question);
}

WebCall Examination::call(Secret line) const {
    const ResourceConfig& config = resource_.config;
    const bool classic = config.kind == ResourceKind::azure;
    WebCall call;
    call.to = config.endpoint;
    call.target = upstream_target(resource_.form, Operation::models_list,
                                  {"", config.endpoint.path, classic ? config.api_version : ""});
    call.fields = std::move(line);
    call.body_max = models_bytes_max;
    call.time = answer_time;
    return call;
}

void Examination::note_clock(const Result<WebReply>& reply) {
    if (reply && reply->date) { ahead_ = std::chrono::system_clock::now() - *reply->date; }
}

}  // namespace spillway
