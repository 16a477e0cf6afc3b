#include "identity/caller_key.hpp"

#include "base/base64url.hpp"
#include "config/key_hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <span>
#include <stdexcept>

namespace spillway {

namespace {

constexpr std::string_view prefix = "spk1_";
constexpr std::size_t secret_bytes = 32;
constexpr std::size_t secret_characters = 43;
constexpr std::size_t id_bytes = 6;
constexpr std::size_t foreign_id_bytes = 9;  // collisions of 2^36 keys: no matter

void fill_randomly(std::span<std::uint8_t> bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error("the system has no randomness");
    }
}

std::string_view as_text(std::span<const std::uint8_t> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The id in a key of ours; empty for every other text.
std::string_view own_id(std::string_view key) noexcept {
    if (!key.starts_with(prefix)) { return {}; }
    key.remove_prefix(prefix.size());
    const std::size_t end = key.find('_');
    if (end == key.npos || key.size() - end - 1 != secret_characters) { return {}; }
    const std::string_view id = key.substr(0, end);
    return is_new_key_id(id) ? id : std::string_view{};
}

}  // namespace

Sha256::Sha256()
    : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    if (algorithm_ == nullptr || context_ == nullptr) { throw std::bad_alloc(); }
}

Sha256::~Sha256() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
}

Digest Sha256::of(std::string_view first, std::string_view second) noexcept {
    Digest digest{};
    EVP_DigestInit_ex2(context_, algorithm_, nullptr);
    EVP_DigestUpdate(context_, first.data(), first.size());
    EVP_DigestUpdate(context_, second.data(), second.size());
    EVP_DigestFinal_ex(context_, digest.data(), nullptr);
    return digest;
}

std::string key_id(std::string_view key, Sha256& sha) {
    const std::string_view own = own_id(key);
    if (!own.empty()) { return std::string(own); }
    const Digest digest = sha.of("spillway key id\n", key);
    std::string id = "x." + base64url(std::span(digest).first(foreign_id_bytes));
    std::ranges::replace(id, '_', '.');  // ends the id in keys of ours
    return id;
}

bool is_key(std::string_view key, const KeyHash& hash, Sha256& sha) noexcept {
    const Digest digest = sha.of(as_text(hash.salt), key);
    return CRYPTO_memcmp(digest.data(), hash.digest.data(), digest.size()) == 0;
}

NewKey make_key(const std::string& id) {
    std::array<std::uint8_t, secret_bytes> secret{};
    fill_randomly(secret);
    NewKey made;
    made.key = Secret(std::string(prefix) + id + "_" + base64url(secret));
    OPENSSL_cleanse(secret.data(), secret.size());
    made.hash = hash_key(made.key.reveal());
    return made;
}

std::string make_key_id() {
    std::array<std::uint8_t, id_bytes> bytes{};
    fill_randomly(bytes);
    std::string id = base64url(bytes);
    std::ranges::replace(id, '_', '-');
    return id;
}

bool is_new_key_id(std::string_view id) noexcept {
    return is_key_id(id) && id.find('.') == id.npos;
}

KeyHash hash_key(std::string_view key) {
    Sha256 sha;
    KeyHash hash;
    hash.id = key_id(key, sha);
    fill_randomly(hash.salt);
    hash.digest = sha.of(as_text(hash.salt), key);
    return hash;
}

bool is_usable_key(std::string_view key) noexcept {
    const auto visible = [](char c) { return c > 0x20 && c < 0x7F; };
    return key.size() >= key_bytes_min && key.size() <= key_bytes_max &&
           std::ranges::all_of(key, visible);
}

}  // namespace spillway
