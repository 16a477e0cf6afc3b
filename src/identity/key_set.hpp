// The public keys that an issuer signs tokens with, as it publishes them (RFC 7517). Immutable;
// any number of threads may verify with it.
#pragma once

#include "identity/token_claims.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace spillway {

class KeySet {
public:
    static constexpr std::size_t text_bytes_max = std::size_t{256} * 1024;
    static constexpr std::size_t keys_max = 100;

    /// The RSA keys of 2048 to 8192 bits and P-256 keys for signatures that have an id; others are
    /// passed over. Nothing when the text is no key set, or has none of them.
    [[nodiscard]] static std::optional<KeySet> parse(std::string_view json);

    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
    [[nodiscard]] bool has(std::string_view id) const noexcept;
    /// Whether one of the keys of that id made this signature over `text`, by that algorithm.
    /// `signature`: the bytes, not their base64url.
    [[nodiscard]] bool verifies(const TokenHeader& header, std::string_view text,
                                std::string_view signature) const;

    /// The same keys under the same ids.
    friend bool operator==(const KeySet& a, const KeySet& b) { return a.text_ == b.text_; }

private:
    using PublicKey = std::shared_ptr<evp_pkey_st>;
    enum class Kind : std::uint8_t { rsa, ec };
    struct Key {
        std::string id;
        Kind kind;
        std::optional<TokenAlgorithm> only;  ///< what it was published for; none: any of its kind
        PublicKey key;
    };
    struct Reader;

    std::vector<Key> keys_;
    std::string text_;  ///< what was published, to tell sets apart
};

}  // namespace spillway
