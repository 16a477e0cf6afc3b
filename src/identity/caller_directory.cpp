#include "identity/caller_directory.hpp"

#include <algorithm>

namespace spillway {

CallerDirectory::CallerDirectory(const Config& config, CallerShares& shares)
    : key_header_(config.caller_key_header), asks_(!config.callers.empty()) {
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

}  // namespace spillway
