// Called by dispatch; what it passes goes on in relay.
#include "proxy/attempt.hpp"

#include "proxy/auditing.hpp"
#include "wire/model_splice.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace spillway {
namespace {

// Upstream heads are small; what is longer is not one of ours to understand.
constexpr HeadLimits response_head_limits{std::size_t{16} * 1024, head_fields_max};
constexpr int interim_answers_max = 8;
constexpr std::size_t error_body_max = std::size_t{64} * 1024;
// An error answer is short; one that dribbles in is not waited for.
constexpr Duration error_body_time = std::chrono::seconds(10);
constexpr Duration send_stall = std::chrono::seconds(30);

bool keeps_alive(const ResponseHead& head) noexcept {
    const std::string_view connection = head.fields.get(FieldName::connection);
    return head.minor >= 1 && !list_has_token(connection, "close");
}

// A pooled connection may have been closed by the other side while our request was on its way.
bool is_stale(const Failure& failure) noexcept {
    return failure.cause == Cause::closed || failure.cause == Cause::reset;
}

}  // namespace

Attempt::Attempt(Exchange& exchange, const FleetDeployment& deployment, Permit permit,
                 Clocks& clocks, TimePoint now)
    : exchange_(exchange),
      deployment_(deployment),
      cells_(exchange.cells_of(deployment)),
      clocks_(clocks),
      permit_(std::move(permit)),
      upstream_(exchange, deployment.config.resource),
      dialect_(exchange.path.operation),
      taps_(exchange.path.operation, audit_taps(exchange)),
      began_(now) {
    cells_.in_flight.add();
}

Attempt::~Attempt() {
    cells_.in_flight.sub();
    drop_connection();
    release_buffer();
}

AttemptPtr make_attempt(Exchange& exchange, const FleetDeployment& deployment, Permit permit,
                        Clocks& clocks, TimePoint now) {
    std::pmr::polymorphic_allocator<> memory(&exchange.worker.memory);
    auto* attempt = memory.new_object<Attempt>(exchange, deployment, std::move(permit), clocks,
                                               now);
    return {attempt, AttemptDelete{&exchange.worker.memory}};
}

task<Verdict> Attempt::run() {
    const Result<void> answered = co_await exchange_heads();
    if (!answered) { co_return failed(answered.error()); }
    note_head();
    co_await upstream_->let_others_read();
    const auto framing = response_framing(head_, Method::post);
    if (!std::holds_alternative<BodyFraming>(framing)) {
        co_return failed(Failure{Stage::head, Cause::malformed, {}});
    }
    decoder_.emplace(std::get<BodyFraming>(framing));
    if (head_.status >= 300 && head_.status < 400) {
        co_return failed(Failure{Stage::head, Cause::malformed, {}});  // we never answer 3xx
    }
    upstream_->stage(Stage::commit);
    if (head_.status >= 400) { co_return co_await read_error(); }
    if (has_media_type(head_.fields, "text/event-stream")) { co_return co_await hold_events(); }
    begin_json();
    if (const auto verdict = hold_json(payload_behind_head())) { co_return *verdict; }
    co_return co_await hold_more_json();
}

task<Result<void>> Attempt::exchange_heads() {
    Connection which = Connection::pooled_or_new;
    for (;;) {
        if (lacks_credential()) { co_return Failure{Stage::send, Cause::unavailable, {}}; }
        drop_connection();
        if (which == Connection::pooled_or_new && upstream_.take_pooled()) {
            cells_.connections_reused.add();
        } else {
            const Result<void> connected = co_await connect();
            if (!connected) { co_return connected; }
        }
        Chain rest;
        Result<void> sent = send(rest);
        if (sent && !rest.empty()) { sent = co_await upstream_->write_rest(rest, send_stall); }
        note_sent();
        // An upstream may refuse before it has read everything: look for its answer even if it
        // stopped listening.
        Result<void> answered = sent;
        if (sent || is_stale(sent.error())) { answered = co_await read_head(); }
        if (answered) { co_return answered; }
        const Failure failure = sent ? answered.error() : sent.error();
        if (!upstream_.reused() || !is_stale(failure) || input_.size() > 0) { co_return failure; }
        which = Connection::new_only;
        held_up_ += Clock::now() - sent_at_;
    }
}

bool Attempt::lacks_credential() const {
    const std::size_t at = index(deployment_.config.resource);
    return deployment_.resource->credential && exchange_.table->credentials->at(at).empty();
}

task<Result<void>> Attempt::connect() {
    const FleetResource& resource = *deployment_.resource;
    const std::size_t at = index(deployment_.config.resource);
    const TimePoint now = Clock::now();
    clocks_.enter(Clocks::Phase::connect, now);
    const DialTarget target{resource.address, resource.config.endpoint.host,
                            exchange_.table->tls[at], resource.tunnel};
    const DialClock clock{exchange_.route->config.timeouts.connect, clocks_.total_deadline()};
    const std::shared_ptr<const AddressBook> book = exchange_.worker.addresses;
    Result<std::unique_ptr<Stream>> dialled = co_await dial(target, *book, clock,
                                                            exchange_.worker.poller, *this);
    if (!dialled) { co_return dialled.error(); }
    cells_.connections_opened.add();
    const Duration took = Clock::now() - now;
    held_up_ += took;
    cells_.connect.observe(std::chrono::duration<double>(took).count());
    upstream_.take_new(std::move(*dialled));
    co_return Result<void>{};
}

void Attempt::dialling(Stream* stream) { exchange_.hangup.protect(stream); }

Result<void> Attempt::send(Chain& chain) {
    const Operation operation = exchange_.path.operation;
    SplicedBody body{exchange_.body, {}, {}};
    if (deployment_.routed_by_body(operation)) {
        body = splice_model(exchange_.body, exchange_.inspection, deployment_.model_json);
    }
    std::string unusual_target;
    const std::string_view target = deployment_.target(operation, exchange_.path.api_version,
                                                       unusual_target);
    const FleetResource& resource = *deployment_.resource;
    const std::shared_ptr<const CredentialLines> credentials = exchange_.table->credentials;
    const std::string& ours = (*credentials)[index(deployment_.config.resource)];
    std::string callers;
    if (resource.passthrough) { callers = callers_line(exchange_.head); }
    const UpstreamLine line{target, resource.host_field, resource.passthrough ? callers : ours,
                            exchange_.request_id, resource.family};
    sending_ = std::move(exchange_.worker.head_scratch);
    sending_.clear();
    append_upstream_head(sending_, exchange_.head, line, body.size());
    chain.add(sending_);
    chain.add(body.before);
    chain.add(body.inserted);
    chain.add(body.after);
    upstream_->stage(Stage::send);
    upstream_->expires_at(clocks_.total_deadline());
    permit_.sent();
    return upstream_->try_write(chain);
}

void Attempt::note_sent() {
    exchange_.worker.head_scratch = std::move(sending_);
    sent_at_ = Clock::now();
    if (exchange_.attempts == 1) {
        // Neither the first attempt's connecting nor anything of later attempts is our own doing.
        exchange_.overhead_request = sent_at_ - exchange_.body_read - held_up_;
    }
}

task<Result<void>> Attempt::read_head() {
    clocks_.enter(Clocks::Phase::response_head, sent_at_);
    upstream_->stage(Stage::head);
    upstream_->expires_at(clocks_.deadline());
    HeadScanner scanner(response_head_limits);
    int interim = 0;
    for (;;) {
        const Result<void> ready = co_await upstream_->wait_readable();
        if (!ready) { co_return ready; }
        // Not before: the buffer that was given back last is the one in the processor's cache.
        if (input_.capacity() == 0) { input_ = exchange_.worker.buffers.take(); }
        const Result<std::size_t> bytes = upstream_->try_read(input_.room());
        if (!bytes) { co_return bytes.error(); }
        input_.commit(*bytes);
        HeadState state = scanner.response(input_.view(), head_);
        while (state == HeadState::complete && head_.status < 200 && head_.status != 101 &&
               interim < interim_answers_max) {
            ++interim;
            input_.consume(head_.bytes);
            input_.compact();
            scanner = HeadScanner(response_head_limits);
            state = scanner.response(input_.view(), head_);
        }
        if (state == HeadState::complete && head_.status >= 200) { co_return Result<void>{}; }
        if (state != HeadState::need_more) { co_return Failure{Stage::head, Cause::malformed, {}}; }
    }
}

void Attempt::note_output() {
    if (!first_output_) { first_output_ = Clock::now(); }
}

void Attempt::note_head() {
    head_at_ = Clock::now();
    keeps_alive_ = keeps_alive(head_);
    readable_json_ = has_media_type(head_.fields, "application/json") &&
                     head_.fields.get(FieldName::content_encoding).empty();
    cells_.answers[status_slot(head_.status)].add();
    const WallTime wall = exchange_.record.at + (head_at_ - exchange_.started);
    hints_ = parse_hints(head_.fields, wall);
    const QuotaHint hint{hints_.remaining_tokens, hints_.remaining_requests, hints_.limit_tokens};
    deployment_.live->apply_hint(hint, sent_at_, head_at_);
    std::string_view id = head_.fields.get("apim-request-id");
    if (id.empty()) { id = head_.fields.get("x-request-id"); }
    exchange_.upstream_request_id.assign(id.substr(0, 128));
}

Result<std::string_view> Attempt::decode(std::span<char> raw) noexcept {
    const BodyDecoder::Decoded decoded = decoder_->decode(raw);
    if (decoded.state == BodyDecoder::State::malformed) {
        return Failure{Stage::commit, Cause::malformed, {}};
    }
    complete_ = decoded.state == BodyDecoder::State::complete;
    surplus_ = surplus_ || decoded.consumed < raw.size();
    return decoded.payload;
}

bool Attempt::may_end_by_close() noexcept {
    complete_ = decoder_->at_end() == BodyDecoder::State::complete;
    return complete_;
}

bool Attempt::is_cut_document() const noexcept {
    const bool is_document = readable_json_ && head_.status < 300 && body_ != Body::events;
    if (!complete_ || !is_document) { return false; }
    // The end of the connection proves nothing; a frame does, unless the document contradicts it.
    return framing().kind == BodyFraming::Kind::until_close ? !taps_.usage().json_complete()
                                                            : taps_.usage().json_unfinished();
}

Result<std::string_view> Attempt::payload_behind_head() {
    const Result<std::string_view> payload = decode(input_.bytes().subspan(head_.bytes));
    input_.truncate(head_.bytes);  // the next read may overwrite it
    return payload;
}

task<Result<std::string_view>> Attempt::next_payload() {
    const Result<std::size_t> bytes = co_await upstream_->read_some(input_.room());
    if (!bytes) {
        if (bytes.error().cause == Cause::closed && may_end_by_close()) {
            co_return std::string_view{};
        }
        co_return bytes.error();
    }
    input_.commit(*bytes);
    co_return payload_behind_head();
}

task<Verdict> Attempt::read_error() {
    upstream_->expires_at(std::min(clocks_.total_deadline(), Clock::now() + error_body_time));
    Result<std::string_view> payload = payload_behind_head();
    for (;;) {
        if (!payload) { co_return failed(payload.error()); }
        held_.append(*payload);
        if (complete_ || held_.size() > error_body_max) { break; }
        payload = co_await next_payload();
    }
    body_ = complete_ ? Body::whole : Body::json;
    taps_.on_error(held_);
    const auto& credential = deployment_.resource->credential;
    if (head_.status == 401 && credential) { credential->note_refusal(); }
    error_ = error_of_body(head_.status, held_);
    co_return judge_error();
}

void Attempt::begin_json() {
    clocks_.enter(Clocks::Phase::body, sent_at_);
    upstream_->expires_at(clocks_.deadline());
}

// The verdict, or none when more has to be read for it.
std::optional<Verdict> Attempt::hold_json(const Result<std::string_view>& payload) {
    if (!payload) { return failed(payload.error()); }
    taps_.on_json(*payload);
    if (complete_ && held_.empty()) {
        whole_ = *payload;
    } else {
        held_.append(*payload);
        if (!complete_ && held_.size() <= exchange_.route->config.commit.bytes) { return {}; }
    }
    if (is_cut_document()) { return failed(Failure{Stage::commit, Cause::closed, {}}); }
    body_ = complete_ ? Body::whole : Body::json;
    return Verdict{};
}

task<Verdict> Attempt::hold_more_json() {
    std::optional<Verdict> verdict;
    while (!verdict) {
        const Result<std::string_view> payload = co_await next_payload();
        verdict = hold_json(payload);
    }
    co_return *verdict;
}

task<Verdict> Attempt::hold_events() {
    body_ = Body::events;
    const TimePoint head_at = Clock::now();
    CommitGate gate(exchange_.route->config.commit, head_at);
    clocks_.enter(Clocks::Phase::first_event, head_at);
    Result<std::string_view> payload = payload_behind_head();
    for (;;) {
        const bool timed_out = !payload && payload.error().cause == Cause::timeout;
        auto decision = CommitGate::Decision::hold;
        if (payload) {
            decision = look_at(*payload, gate);
        } else if (timed_out) {
            decision = gate.on_time(Clock::now());
        }
        if (decision == CommitGate::Decision::open) { co_return Verdict{}; }
        if (decision == CommitGate::Decision::elsewhere) { co_return judge_error(); }
        if (!payload) { co_return failed(payload.error()); }
        if (complete_) { co_return failed(Failure{Stage::commit, Cause::closed, {}}); }
        upstream_->expires_at(std::min(clocks_.deadline(), gate.wakes_at()));
        payload = co_await next_payload();
    }
}

CommitGate::Decision Attempt::look_at(std::string_view payload, CommitGate& gate) {
    auto decision = CommitGate::Decision::hold;
    scanner_.feed(payload);
    SseEvent event;
    while (scanner_.next(event)) {
        const EventKind kind = dialect_.on_event(event);
        taps_.on_event(event);
        if (kind == EventKind::committing && !first_output_) { first_output_ = Clock::now(); }
        if (decision == CommitGate::Decision::hold) { decision = gate.on_event(kind); }
        if (kind == EventKind::error && decision == CommitGate::Decision::elsewhere) {
            error_ = error_of_event(event);
        }
    }
    const SseScanner::Fed fed = scanner_.fed();
    held_.append(fed.held);
    held_.append(payload.substr(0, fed.forward));
    if (decision == CommitGate::Decision::hold) {
        decision = gate.on_bytes(held_.size() + scanner_.held_bytes());
    }
    return decision;
}

Verdict Attempt::failed(Failure failure) {
    const bool timed_out = failure.cause == Cause::timeout;
    if (timed_out && clocks_.total_expired(Clock::now())) { failure.cause = Cause::deadline; }
    if (exchange_.hangup.gone()) { failure.cause = Cause::cancelled; }
    failure_ = failure;
    return classify(failure);
}

Verdict Attempt::judge_error() const {
    ErrorFacts facts;
    facts.status = error_.status;
    facts.code = error_.code;
    facts.type = error_.type;
    facts.message = error_.message;
    facts.retry_after = hints_.retry_after.has_value();
    facts.callers_credential = deployment_.resource->passthrough;
    facts.callers_version = deployment_.follows(exchange_.path.api_version);
    facts.quota_headers = hints_.remaining_tokens == Tokens{0} ||
                          hints_.remaining_requests == std::int64_t{0};
    return classify(facts);
}

std::string_view Attempt::held() const noexcept {
    return whole_.empty() ? std::string_view(held_) : whole_;
}

bool Attempt::may_be_shown() const noexcept {
    const int status = head_.status;
    return !failure_ && body_ == Body::whole && status >= 400 && status < 500 && status != 429;
}

void Attempt::release_buffer() {
    head_.fields.clear();  // they point into the buffer
    exchange_.worker.buffers.give(std::move(input_));
    input_ = ByteBuffer();
    held_ = std::string();
    whole_ = {};
}

void Attempt::release_connection(TimePoint now) {
    const bool reusable = upstream_.held() && complete_ && !surplus_ && !upstream_->cancelled() &&
                          framing().kind != BodyFraming::Kind::until_close && keeps_alive_;
    reusable ? upstream_.give_back(now) : upstream_.drop();
}

}  // namespace spillway
