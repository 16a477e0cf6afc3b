// Keys of callers: how they are made, and how one is checked against the hash in the table. A key
// of ours is `spk1_ID_SECRET`: the prefix lets scanners of repositories find it, the id selects the
// entry, so that one hash is computed per request however many keys there are.
#pragma once

#include "spillway/config/caller.hpp"
#include "spillway/config/secret.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

struct evp_md_ctx_st;
struct evp_md_st;

namespace spillway {

using Digest = std::array<std::uint8_t, 32>;

/// SHA-256 with OpenSSL's object kept: fetching it costs more than hashing. One thread.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    [[nodiscard]] Digest of(std::string_view first, std::string_view second = {}) noexcept;

private:
    evp_md_st* algorithm_;
    evp_md_ctx_st* context_;
};

/// Longer texts are no keys.
inline constexpr std::size_t key_bytes_max = 512;
/// Shorter ones are refused where their hash is made: a hash of little can be guessed.
inline constexpr std::size_t key_bytes_min = 20;

/// Which entry of the table a key would be. Of a key of ours the id that stands in it; of any
/// other a part of its SHA-256, written so that it is no id of ours.
[[nodiscard]] std::string key_id(std::string_view key, Sha256& sha);

/// Whether the key is the one that was hashed, in time that does not depend on where they differ.
[[nodiscard]] bool is_key(std::string_view key, const KeyHash& hash, Sha256& sha) noexcept;

struct NewKey {
    Secret key;
    KeyHash hash;
};

/// 256 random bits. `id` satisfies is_new_key_id.
[[nodiscard]] NewKey make_key(const std::string& id);
/// A random id, for who names none.
[[nodiscard]] std::string make_key_id();
/// Letters, digits and `-`, at most 32.
[[nodiscard]] bool is_new_key_id(std::string_view id) noexcept;
/// The table's entry for a key that exists; visible ASCII of a usable length.
[[nodiscard]] KeyHash hash_key(std::string_view key);
[[nodiscard]] bool is_usable_key(std::string_view key) noexcept;

}  // namespace spillway
