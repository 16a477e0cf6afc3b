// Makes tokens and the key sets they are verified with, right ones and every kind of wrong one,
// with OpenSSL alone: nothing of the code under test is used.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::smith {

inline std::string base64url(std::string_view bytes) {
    constexpr std::string_view
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const char c : bytes) {
        buffer = (buffer << 8U) | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6; bits -= 6) { text += alphabet[(buffer >> (bits - 6)) & 63U]; }
    }
    if (bits > 0) { text += alphabet[(buffer << (6 - bits)) & 63U]; }
    return text;
}

using PrivateKey = std::shared_ptr<EVP_PKEY>;

inline PrivateKey new_rsa(unsigned bits) { return {EVP_RSA_gen(bits), EVP_PKEY_free}; }
inline PrivateKey new_ec(const char* curve) { return {EVP_EC_gen(curve), EVP_PKEY_free}; }

inline std::string number(const PrivateKey& key, const char* name, int size = 0) {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key.get(), name, &value);
    std::string bytes(static_cast<std::size_t>(size > 0 ? size : BN_num_bytes(value)), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()),
                 static_cast<int>(bytes.size()));
    BN_free(value);
    return bytes;
}

/// As an issuer publishes it; `more`: further members, each with a comma before it.
inline std::string jwk(const PrivateKey& key, const std::string& id, const std::string& more = {}) {
    std::string text = "{\"kid\":\"" + id + "\",";
    if (EVP_PKEY_is_a(key.get(), "RSA") == 1) {
        text += R"("kty":"RSA","n":")" + base64url(number(key, OSSL_PKEY_PARAM_RSA_N)) +
                R"(","e":")" + base64url(number(key, OSSL_PKEY_PARAM_RSA_E)) + "\"";
    } else {
        const int size = (EVP_PKEY_get_bits(key.get()) + 7) / 8;
        text += R"("kty":"EC","crv":")" + std::string(size == 32 ? "P-256" : "P-384") +
                R"(","x":")" + base64url(number(key, OSSL_PKEY_PARAM_EC_PUB_X, size)) +
                R"(","y":")" + base64url(number(key, OSSL_PKEY_PARAM_EC_PUB_Y, size)) + "\"";
    }
    return text + more + "}";
}

inline std::string key_set(const std::vector<std::string>& keys) {
    std::string text = "{\"keys\":[";
    for (const std::string& key : keys) { text += (text.ends_with('[') ? "" : ",") + key; }
    return text + "]}";
}

enum class Padding { pkcs1, pss };

/// The bytes of a signature; of an elliptic curve in DER.
inline std::string sign(const PrivateKey& key, std::string_view text, const EVP_MD* digest,
                        Padding padding = Padding::pkcs1) {
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* parameters = nullptr;
    EVP_DigestSignInit(context, &parameters, digest, nullptr, key.get());
    if (padding == Padding::pss) {
        EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
    }
    std::array<unsigned char, 1024> bytes{};
    std::size_t size = bytes.size();
    EVP_DigestSign(context, bytes.data(), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

/// r and s one after the other, as JWS has it; `size` bytes each.
inline std::string raw_of(const std::string& der, int size) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* const pair = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
    std::string raw(static_cast<std::size_t>(2 * size), '\0');
    auto* const out = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, size);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + size, size);
    ECDSA_SIG_free(pair);
    return raw;
}

inline std::string hmac(std::string_view secret, std::string_view text) {
    std::array<unsigned char, 32> bytes{};
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data(), &size);
    return {bytes.begin(), bytes.end()};
}

inline std::string unsigned_token(const std::string& header, const std::string& claims) {
    return base64url(header) + "." + base64url(claims);
}

/// A token by `alg`, whatever the header says.
inline std::string token(const PrivateKey& key, std::string_view alg, const std::string& header,
                         const std::string& claims) {
    const std::string text = unsigned_token(header, claims);
    std::string signature;
    if (alg == "RS256") { signature = sign(key, text, EVP_sha256()); }
    if (alg == "RS512") { signature = sign(key, text, EVP_sha512()); }
    if (alg == "PS256") { signature = sign(key, text, EVP_sha256(), Padding::pss); }
    if (alg == "ES256") { signature = raw_of(sign(key, text, EVP_sha256()), 32); }
    return text + "." + base64url(signature);
}

}  // namespace spillway::smith
