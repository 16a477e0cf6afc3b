#include "identity/key_set_keeper.hpp"

#include "config/endpoint.hpp"
#include "identity/key_schedule.hpp"
#include "telemetry/event_log.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace spillway {
namespace {

std::string whole_seconds(Duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

}  // namespace

WebCall keys_request(const TokenIssuerConfig& issuer) {
    const auto url = parse_any_url(keys_url(issuer));
    WebCall call;
    if (url) { call.to = *url; }
    call.target = call.to.path.empty() ? "/" : call.to.path;
    call.ca_file = issuer.ca_file;
    call.proxy = issuer.proxy;
    call.body_max = KeySet::text_bytes_max;
    return call;
}

/// One issuer.
struct KeySetKeeper::Kept {
    Kept(TokenIssuerConfig of, std::shared_ptr<IssuerState> its_state, TimePoint now)
        : config(std::move(of)), state(std::move(its_state)), schedule(now) {}

    TokenIssuerConfig config;  // changed under the keeper's mutex
    const std::shared_ptr<IssuerState> state;
    KeySchedule schedule;
    bool asking = false;  // a call is under way
};

struct KeySetKeeper::Trouble {
    TokenTrouble what;
    std::optional<Duration> retry_after;
    std::string detail;
};

KeySetKeeper::KeySetKeeper(std::uint64_t seed) : rng_(seed) {
    web_.start();
    const auto on_escape = [](const std::exception_ptr&) {
        log_event(Severity::error, "escaped_exception", {{"what", "in the keeper of key sets"}});
    };
    spawn(io_.get_executor(), look_again_and_again(), on_escape);
    thread_ = std::thread([this] { io_.run(); });
}

KeySetKeeper::~KeySetKeeper() {
    asio::post(io_, [this] {
        web_.close();
        asio::post(io_, [this] { io_.stop(); });
    });
    thread_.join();
}

void KeySetKeeper::keep(const std::vector<TokenIssuer>& issuers, Duration patience) {
    auto tried = std::make_shared<std::promise<void>>();
    std::future<void> all_tried = tried->get_future();
    std::promise<void> adopted;
    asio::post(io_, [&, this] {
        tried_ = std::move(tried);
        adopt(issuers);
        adopted.set_value();
    });
    adopted.get_future().wait();
    if (all_tried.wait_for(patience) != std::future_status::ready) {
        log_event(Severity::warn, "token_issuers_slow",
                  {{"consequence", "going on without all keys"}});
    }
}

std::vector<IssuerStatus> KeySetKeeper::status() const {
    std::vector<IssuerStatus> all;
    const std::scoped_lock lock(mutex_);
    for (const auto& kept : kept_) {
        const IssuerState& state = *kept->state;
        const std::shared_ptr<const KeySet> keys = state.keys();
        all.push_back({kept->config.name, keys ? keys->size() : 0, state.refreshed(),
                       state.failed(), state.trouble()});
    }
    return all;
}

void KeySetKeeper::adopt(const std::vector<TokenIssuer>& issuers) {
    const TimePoint now = Clock::now();
    {
        const std::scoped_lock lock(mutex_);
        const std::vector<std::shared_ptr<Kept>> before = std::move(kept_);
        kept_.clear();
        for (const TokenIssuer& issuer : issuers) {
            const auto& state = issuer.shared_state();
            const auto same = std::ranges::find_if(before, [&state](const auto& kept) {
                return kept->state == state;
            });
            kept_.push_back(same != before.end()
                                ? *same
                                : std::make_shared<Kept>(issuer.config(), state, now));
            kept_.back()->config = issuer.config();  // another name or proxy, the same keys
        }
    }
    look(now);
    tell_when_tried();
}

task<void> KeySetKeeper::look_again_and_again() {
    for (;;) {
        timer_.expires_after(look_every);
        const auto [ec] = co_await timer_.async_wait(use_tuple);
        if (ec) { co_return; }
        look(Clock::now());
    }
}

void KeySetKeeper::look(TimePoint now) {
    for (const std::shared_ptr<Kept>& kept : kept_) {
        if (kept->state->take_unknown_key()) { kept->schedule.unknown_key(now); }
        if (kept->asking || now < kept->schedule.due()) { continue; }
        kept->asking = true;
        const auto on_escape = [kept](const std::exception_ptr&) {
            kept->asking = false;
            log_event(Severity::error, "escaped_exception", {{"what", "fetching keys"}});
        };
        spawn(io_.get_executor(), refresh(kept), on_escape);
    }
}

task<void> KeySetKeeper::refresh(std::shared_ptr<Kept> kept) {
    const WebCall call = keys_request(kept->config);
    const Result<WebReply> reply = co_await web_.call(call);
    take(*kept, reply);
    kept->asking = false;
    tell_when_tried();
}

void KeySetKeeper::take(Kept& kept, const Result<WebReply>& reply) {
    constexpr int ok = 200;
    if (!reply) {
        const std::string how = std::string(name(reply.error().stage)) + " " +
                                std::string(name(reply.error().cause));
        return note(kept, {TokenTrouble::unreachable, {}, how});
    }
    if (reply->status != ok) {
        return note(kept, {TokenTrouble::refused, reply->retry_after,
                           "status " + std::to_string(reply->status)});
    }
    auto keys = KeySet::parse(reply->body);
    if (!keys) {
        return note(kept, {TokenTrouble::malformed, {}, "no key set, or none of its keys fits"});
    }
    kept.schedule.fetched(Clock::now(), rng_);
    kept.state->count_refresh();
    const std::shared_ptr<const KeySet> before = kept.state->keys();
    if (before && *before == *keys) { return; }
    const std::string count = std::to_string(keys->size());
    kept.state->publish(std::make_shared<const KeySet>(std::move(*keys)));
    log_event(Severity::info, "token_issuer_keys",
              {{"token_issuer", kept.config.name}, {"keys", count}});
}

void KeySetKeeper::note(Kept& kept, const Trouble& trouble) {
    const TimePoint now = Clock::now();
    kept.schedule.failed(trouble.retry_after, now, rng_);
    kept.state->count_failure(trouble.what);
    const bool usable = kept.state->keys() != nullptr;
    log_event(usable ? Severity::warn : Severity::error, "token_issuer_refresh_failed",
              {{"token_issuer", kept.config.name},
               {"trouble", name(trouble.what)},
               {"detail", trouble.detail},
               {"keeping", usable ? "the last keys" : "nothing: its tokens are refused"},
               {"again_in_seconds", whole_seconds(kept.schedule.due() - now)}});
}

void KeySetKeeper::tell_when_tried() {
    const bool all = std::ranges::all_of(kept_, [](const auto& kept) {
        return kept->state->refreshed() + kept->state->failed() > 0;
    });
    if (all && tried_) { std::exchange(tried_, nullptr)->set_value(); }
}

}  // namespace spillway
