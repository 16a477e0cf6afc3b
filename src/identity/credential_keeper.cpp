#include "identity/credential_keeper.hpp"

#include "identity/proof.hpp"
#include "identity/secret_file.hpp"
#include "identity/token_request.hpp"
#include "telemetry/event_log.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace spillway {
namespace {

using Kind = CredentialConfig::Kind;

bool is_file(const CredentialConfig& config) noexcept {
    return is_key(config.source) && config.secret.kind == SecretSource::Kind::file;
}

bool is_token(const CredentialConfig& config) noexcept {
    return !is_key(config.source) && config.source != Kind::passthrough;
}

std::string whole_seconds(Duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

bool is_used(const Config& config, std::size_t credential) {
    return std::ranges::any_of(config.resources, [&](const ResourceConfig& resource) {
        return resource.credential == credential;
    });
}

}  // namespace

/// One credential that is kept.
struct CredentialKeeper::Kept {
    Kept(CredentialConfig of, std::shared_ptr<CredentialState> its_state, TimePoint now)
        : config(std::move(of)), state(std::move(its_state)), schedule(now), read_again_at(now) {}

    CredentialConfig config;
    std::shared_ptr<CredentialState> state;
    Secret key;  // or token; empty: none that can be used
    RefreshSchedule schedule;
    TimePoint read_again_at;
    bool tried = true;    // or there is nothing to try
    bool asking = false;  // a call is under way
};

/// What went wrong with an attempt, for the schedule and for the log.
struct CredentialKeeper::Trouble {
    RefreshSchedule::Failed failed;
    std::string detail;  // nothing secret
};

CredentialKeeper::CredentialKeeper(Publish publish, std::uint64_t seed)
    : publish_(std::move(publish)),
      rng_(seed),
      thread_("in the credential keeper", [this](auto now) {
          look(now);
          sign();
      }) {}

void CredentialKeeper::keep(std::shared_ptr<const Fleet> fleet, Duration patience) {
    if (!thread_.adopt([&] { adopt(std::move(fleet)); }, patience)) {
        log_event(Severity::warn, "credentials_slow",
                  {{"consequence", "going on without all tokens"}});
    }
}

CredentialKeeper::Lines CredentialKeeper::lines() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
}

void CredentialKeeper::announce() {
    thread_.post([this] { publish_(fleet_, lines()); });
}

void CredentialKeeper::adopt(std::shared_ptr<const Fleet> fleet) {
    const TimePoint now = Clock::now();
    std::vector<std::shared_ptr<Kept>> before = std::move(kept_);
    kept_.clear();
    fleet_ = std::move(fleet);
    const Config& config = fleet_->config();
    for (std::size_t i = 0; i < config.credentials.size(); ++i) {
        const std::shared_ptr<CredentialState>& state = fleet_->credentials()[i];
        const auto same = std::ranges::find_if(before, [&](const auto& kept) {
            return kept->state == state;
        });
        const bool known = same != before.end();
        kept_.push_back(known ? *same : std::make_shared<Kept>(config.credentials[i], state, now));
        Kept& kept = *kept_.back();
        kept.config = config.credentials[i];  // another proxy may lead to the same
        if (!is_token(kept.config)) {
            if (!is_file(kept.config)) { kept.key = kept.config.secret.value; }
        } else if (is_used(config, i)) {
            state->usable_until(kept.schedule.usable_until());
            kept.tried = state->refreshed() + state->failed() > 0;
        }
    }
    look(now);
    sign();
    tell_when_tried();
}

void CredentialKeeper::look(TimePoint now) {
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        Kept& kept = *kept_[i];
        if (is_file(kept.config) && now >= kept.read_again_at) { read_file(kept, now); }
        if (is_token(kept.config) && is_used(fleet_->config(), i)) { tend_token(kept_[i], now); }
    }
}

void CredentialKeeper::read_file(Kept& kept, TimePoint now) {
    kept.read_again_at = now + read_files_every;
    const Secret before = std::move(kept.key);
    kept.key = read_key_file(kept.config.secret.path);
    if (!before.empty() && !kept.key.empty() && kept.key.reveal() != before.reveal()) {
        log_event(Severity::info, "credential_changed", {{"credential", kept.config.name}});
    }
    kept.state->usable_until(kept.key.empty() ? TimePoint::min() : never);
    if (kept.key.empty()) {
        log_event(Severity::error, "credential_unusable",
                  {{"credential", kept.config.name}, {"file", kept.config.secret.path}});
    }
}

void CredentialKeeper::tend_token(const std::shared_ptr<Kept>& kept, TimePoint now) {
    if (!kept->key.empty() && now >= kept->schedule.usable_until()) {
        kept->key = Secret();
        log_event(Severity::error, "credential_expired", {{"credential", kept->config.name}});
    }
    if (kept->state->take_refusal() && kept->schedule.refused(now)) {
        log_event(Severity::warn, "credential_refused", {{"credential", kept->config.name}});
    }
    if (kept->asking || now < kept->schedule.due()) { return; }
    kept->asking = true;
    thread_.start(refresh(kept), [kept] { kept->asking = false; });
}

task<void> CredentialKeeper::refresh(std::shared_ptr<Kept> kept) {
    const auto proof = read_proof(kept->config, std::chrono::system_clock::now());
    if (proof) {
        const WebCall call = token_request(kept->config, *proof);
        const Result<WebReply> reply = co_await thread_.web().call(call);
        take(*kept, reply);
    } else {
        note(*kept, {{TokenTrouble::no_proof, false, {}}, proof.error().why});
    }
    kept->asking = false;
    kept->tried = true;
    sign();
    tell_when_tried();
}

void CredentialKeeper::take(Kept& kept, const Result<WebReply>& reply) {
    if (!reply) {
        note(kept, {{TokenTrouble::unreachable, false, {}}, describe(reply.error())});
        return;
    }
    auto read = read_token_reply(reply->status, reply->body, std::chrono::system_clock::now());
    if (auto* const token = std::get_if<Token>(&read)) {
        keep_token(kept, std::move(*token));
        return;
    }
    const auto& refusal = std::get<TokenRefusal>(read);
    std::string detail = std::to_string(reply->status) + " " + refusal.code;
    note(kept, {{refusal.trouble, refusal.upgrading, reply->retry_after}, std::move(detail)});
}

void CredentialKeeper::keep_token(Kept& kept, Token token) {
    kept.key = std::move(token.value);
    kept.schedule.fetched({token.lifetime, token.refresh_in}, Clock::now(), rng_);
    kept.state->usable_until(kept.schedule.usable_until());
    kept.state->count_refresh();
    log_event(Severity::info, "credential_refreshed",
              {{"credential", kept.config.name},
               {"expires_in_seconds", whole_seconds(token.lifetime)}});
}

void CredentialKeeper::note(Kept& kept, const Trouble& trouble) {
    const TimePoint now = Clock::now();
    kept.schedule.failed(trouble.failed, now, rng_);
    kept.state->count_failure(trouble.failed.trouble);
    const bool usable = kept.state->usable(now);
    const std::string keeping = usable ? "the last token for " +
                                             whole_seconds(kept.state->usable_until() - now) + " s"
                                       : "nothing";
    log_event(usable ? Severity::warn : Severity::error, "credential_refresh_failed",
              {{"credential", kept.config.name},
               {"trouble", name(trouble.failed.trouble)},
               {"detail", trouble.detail},
               {"keeping", keeping},
               {"again_in_seconds", whole_seconds(kept.schedule.due() - now)}});
}

void CredentialKeeper::sign() {
    if (!fleet_) { return; }
    std::vector<Secret> keys;
    for (const auto& kept : kept_) { keys.push_back(kept->key); }
    Lines now = sign_all(fleet_->config(), keys);
    const Lines before = lines();
    if (before && *before == *now) { return; }
    {
        const std::scoped_lock lock(mutex_);
        lines_ = now;
    }
    if (before) { publish_(fleet_, now); }
}

void CredentialKeeper::tell_when_tried() {
    const bool all = std::ranges::all_of(kept_, [](const auto& kept) { return kept->tried; });
    if (all) { thread_.tried(); }
}

}  // namespace spillway
