#include "wire/caller_credentials.hpp"

#include "wire/api_path.hpp"
#include "wire/octets.hpp"

namespace spillway {

namespace {

using Form = CallerCredential::Form;

CallerCredential authorization(std::string_view value) noexcept {
    const std::string_view text = bearer_token(value);
    return {text.empty() ? Form::unknown : Form::bearer, text};
}

CallerCredential key(std::string_view value) noexcept {
    return {value.empty() ? Form::unknown : Form::key, value};
}

}  // namespace

std::string_view bearer_token(std::string_view authorization) noexcept {
    constexpr std::string_view scheme = "bearer ";
    if (!equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) { return {}; }
    return octets::trim(authorization.substr(scheme.size()));
}

CallerCredentials CallerCredentials::of(const RequestHead& head, std::string_view key_header) {
    CallerCredentials found;
    if (head.fields.has(FieldName::authorization)) {
        for (const Field& field : head.fields.all()) {
            if (field.id == FieldName::authorization) { found.add(authorization(field.value)); }
        }
    }
    if (!key_header.empty()) { found.add_fields(head.fields, key_header); }
    for (const std::string_view name : {"api-key", "x-api-key", "ocp-apim-subscription-key"}) {
        if (name != key_header) { found.add_fields(head.fields, name); }
    }
    const std::size_t question = head.target.find('?');
    if (question != head.target.npos) {
        const std::string_view text = query_value(head.target.substr(question + 1), "api-key");
        if (!text.empty()) { found.add(key(text)); }
    }
    return found;
}

void CallerCredentials::add_fields(const Fields& fields, std::string_view name) noexcept {
    for (const Field& field : fields.all()) {
        if (field.id == FieldName::other && equal_ignoring_case(field.name, name)) {
            add(key(field.value));
        }
    }
}

void CallerCredentials::add(const CallerCredential& credential) noexcept {
    for (const CallerCredential& known : all()) {
        if (known.text == credential.text && known.form != Form::unknown) { return; }
    }
    if (count_ == shown_max) {
        shown_.back() = {};
    } else {
        shown_[count_++] = credential;
    }
}

}  // namespace spillway
