#include "identity/caller_directory.hpp"

#include <algorithm>

namespace spillway {

namespace {

/// An empty list wants nothing.
bool wants(const std::vector<std::string>& list, const std::string& value) {
    return list.empty() || std::ranges::find(list, value) != list.end();
}

bool wants_one_of(const std::vector<std::string>& list, const std::vector<std::string>& values) {
    return list.empty() || std::ranges::find_first_of(values, list) != values.end();
}

bool fits_but_for_groups(const TokenMatch& match, const TokenClaims& claims) {
    const bool subject = wants(match.subjects, claims.object) ||
                         wants(match.subjects, claims.subject);
    return subject && wants(match.apps, claims.app) && wants_one_of(match.roles, claims.roles);
}

}  // namespace

CallerDirectory::CallerDirectory(const Config& config, CallerShares& shares, IssuerStates& issuers)
    : key_header_(config.caller_key_header), asks_(!config.callers.empty()) {
    for (const TokenIssuerConfig& issuer : config.token_issuers) {
        issuers_.emplace_back(issuer, issuers.of(issuer));
    }
    callers_.reserve(config.callers.size() + 1);  // what follows points at them
    for (const CallerConfig& caller : config.callers) {
        callers_.emplace_back(caller, callers_.size(), config.routes.size(), shares.of(caller));
    }
    if (config.allow_anonymous || !asks_) {
        if (find(anonymous_caller) == nullptr) {
            CallerConfig nobody;
            nobody.name = anonymous_caller;
            callers_.emplace_back(nobody, callers_.size(), config.routes.size(), shares.of(nobody));
        }
        anonymous_ = find(anonymous_caller);
    }
    add_proofs();
}

void CallerDirectory::take_effect() const noexcept {
    for (const Caller& caller : callers_) { caller.take_effect(); }
}

void CallerDirectory::add_proofs() {
    for (const Caller& caller : callers_) {
        for (const KeyHash& hash : caller.config().keys) {
            keys_.emplace(hash.id, Key{&caller, hash});
        }
        for (const std::string& subject : caller.config().certificates) {
            certificates_.emplace(subject, &caller);
        }
        for (const TokenMatch& match : caller.config().tokens) {
            token_rules_.push_back({&caller, &issuers_[match.issuer], match});
        }
    }
}

const Caller* CallerDirectory::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(callers_, name, &Caller::name);
    return found == callers_.end() ? nullptr : &*found;
}

const CallerDirectory::Key* CallerDirectory::key(std::string_view id) const noexcept {
    const auto found = keys_.find(id);
    return found == keys_.end() ? nullptr : &found->second;
}

const Caller* CallerDirectory::certificate(std::string_view subject) const noexcept {
    const auto found = certificates_.find(subject);
    return found == certificates_.end() ? nullptr : found->second;
}

const TokenIssuer* CallerDirectory::issuer(std::string_view iss) const noexcept {
    const auto found = std::ranges::find_if(issuers_, [iss](const TokenIssuer& issuer) {
        return issuer.is(iss);
    });
    return found == issuers_.end() ? nullptr : &*found;
}

std::variant<const Caller*, Denial> CallerDirectory::caller_of(const TokenIssuer& issuer,
                                                               const TokenClaims& claims) const {
    bool groups_decide = false;
    for (const TokenRule& rule : token_rules_) {
        if (rule.issuer != &issuer || !fits_but_for_groups(rule.match, claims)) { continue; }
        if (wants_one_of(rule.match.groups, claims.groups)) { return rule.caller; }
        groups_decide = true;
    }
    // Not to be taken for "in no group" (azure-protocol.md §2.6).
    return groups_decide && claims.groups_overage ? Denial::groups_overage : Denial::token_invalid;
}

}  // namespace spillway
