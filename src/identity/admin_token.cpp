#include "identity/admin_token.hpp"

#include "identity/secret_file.hpp"
#include "wire/head.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace spillway {

namespace {

constexpr std::size_t digest_bytes = 32;
using Digest = std::array<unsigned char, digest_bytes>;

std::optional<Digest> digest_of(std::string_view text) {
    Digest digest{};
    const int done = EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(),
                                nullptr);
    return done == 1 ? std::optional(digest) : std::nullopt;
}

/// Digests are of one length, so that not even the secret's length can be timed.
bool same(std::string_view guess, std::string_view secret) {
    const auto left = digest_of(guess);
    const auto right = digest_of(secret);
    return left && right && CRYPTO_memcmp(left->data(), right->data(), digest_bytes) == 0;
}

/// Empty for what is no base64 (RFC 4648 §4, with its padding).
std::string decoded_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) { return {}; }
    std::string bytes(text.size() / 4 * 3, '\0');
    const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                       reinterpret_cast<const unsigned char*>(text.data()),
                                       static_cast<int>(text.size()));
    if (length < 0) { return {}; }
    const std::size_t padding = text.size() - text.find_last_not_of('=') - 1;
    bytes.resize(static_cast<std::size_t>(length) - std::min<std::size_t>(padding, 2));
    return bytes;
}

/// What the field shows as the token; empty: nothing.
std::string shown_token(std::string_view authorization) {
    const std::size_t blank = std::min(authorization.find(' '), authorization.size());
    const std::string_view scheme = authorization.substr(0, blank);
    std::string_view value = authorization.substr(blank);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    if (equal_ignoring_case(scheme, "bearer")) { return std::string(value); }
    if (!equal_ignoring_case(scheme, "basic")) { return {}; }
    const std::string pair = decoded_base64(value);
    const std::size_t colon = pair.find(':');
    return colon == std::string::npos ? std::string{} : pair.substr(colon + 1);
}

}  // namespace

AdminToken::AdminToken(SecretSource source) : source_(std::move(source)) {}

bool AdminToken::is_shown_by(std::string_view authorization) const {
    const Secret shown(shown_token(authorization));
    const Secret wanted = current_key(source_);
    return !wanted.empty() && !shown.empty() && same(shown.reveal(), wanted.reveal());
}

}  // namespace spillway
