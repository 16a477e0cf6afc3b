#include "identity/key_set_keeper.hpp"

#include "config/endpoint.hpp"
#include "identity/key_schedule.hpp"
#include "telemetry/event_log.hpp"

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

KeySetKeeper::KeySetKeeper(std::uint64_t seed)
    : rng_(seed), thread_("in the keeper of key sets", [this](auto now) { look(now); }) {}

void KeySetKeeper::keep(const std::vector<TokenIssuer>& issuers, Duration patience) {
    if (!thread_.adopt([&] { adopt(issuers); }, patience)) {
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

void KeySetKeeper::look(TimePoint now) {
    for (const std::shared_ptr<Kept>& kept : kept_) {
        if (kept->state->take_unknown_key()) { kept->schedule.unknown_key(now); }
        if (kept->asking || now < kept->schedule.due()) { continue; }
        kept->asking = true;
        thread_.start(refresh(kept), [kept] { kept->asking = false; });
    }
}

task<void> KeySetKeeper::refresh(std::shared_ptr<Kept> kept) {
    const WebCall call = keys_request(kept->config);
    const Result<WebReply> reply = co_await thread_.web().call(call);
    take(*kept, reply);
    kept->asking = false;
    tell_when_tried();
}

void KeySetKeeper::take(Kept& kept, const Result<WebReply>& reply) {
    constexpr int ok = 200;
    if (!reply) { return note(kept, {TokenTrouble::unreachable, {}, describe(reply.error())}); }
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
    if (all) { thread_.tried(); }
}

}  // namespace spillway
