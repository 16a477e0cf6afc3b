#include "identity/identifier.hpp"

#include "identity/token_text.hpp"

#include <string>
#include <utility>

namespace spillway {

namespace {

using Answer = std::variant<Identity, Denial>;

/// By the certificate alone. One that is nobody's may still be what lets a caller connect, so it is
/// wrong only when nothing else is shown.
Answer by_certificate(const CallerDirectory& directory, std::string_view subject) {
    if (const Caller* caller = directory.certificate(subject)) {
        return Identity{caller, Proof::certificate, std::string(subject)};
    }
    if (directory.anonymous() != nullptr) { return Identity{directory.anonymous(), {}, {}}; }
    return subject.empty() ? Denial::credential_missing : Denial::certificate_unknown;
}

}  // namespace

Answer Identifier::identify(const Directory& directory, const Shown& shown) {
    if (!directory->asks()) { return Identity{directory->anonymous(), {}, {}}; }
    if (shown.credentials.all().empty()) { return by_certificate(*directory, shown.certificate); }
    Identity first;
    for (const CallerCredential& credential : shown.credentials.all()) {
        Answer answer = check(directory, credential, shown.at);
        if (std::holds_alternative<Denial>(answer)) { return answer; }
        if (first.caller == nullptr) { first = std::get<Identity>(std::move(answer)); }
    }
    return first;
}

Answer Identifier::check(const Directory& directory, const CallerCredential& credential,
                         WallTime at) {
    using Form = CallerCredential::Form;
    if (credential.form == Form::unknown) { return Denial::key_invalid; }
    const bool token = credential.form == Form::bearer && !directory->issuers().empty() &&
                       is_token_shaped(credential.text);
    return token ? tokens_.check(directory, credential.text, at, sha_)
                 : check_key(*directory, credential.text);
}

Answer Identifier::check_key(const CallerDirectory& directory, std::string_view key) {
    // An id that nobody has costs the same as one whose secret is wrong.
    static const KeyHash nobodys;
    if (key.size() > key_bytes_max) { return Denial::key_invalid; }
    const std::string id = key_id(key, sha_);
    const CallerDirectory::Key* known = directory.key(id);
    const bool right = is_key(key, known == nullptr ? nobodys : known->hash, sha_);
    if (!right || known == nullptr) { return Denial::key_invalid; }
    return Identity{known->caller, Proof::key, known->hash.id};
}

}  // namespace spillway
