#include "identity/key_set.hpp"

#include "base/base64url.hpp"
#include "identity/openssl_handle.hpp"
#include "identity/strict_json.hpp"
#include "wire/octets.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <utility>

namespace spillway {
namespace {

using Json = nlohmann::json;

constexpr int rsa_bits_min = 2048;
constexpr int rsa_bits_max = 8192;  // verifying takes longer the larger it is
constexpr std::size_t exponent_bytes_max = 8;
constexpr std::size_t coordinate_bytes = 32;  // of P-256

using Number = std::unique_ptr<BIGNUM, Release<BN_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;

const unsigned char* bytes_of(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Number number_of(std::string_view bytes) {
    return Number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

std::string member(const Json& key, const char* name) {
    const auto found = key.find(name);
    return found != key.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Empty for what is not there or not base64url.
std::string bytes_member(const Json& key, const char* name) {
    return decode_base64url(member(key, name)).value_or(std::string());
}

std::shared_ptr<EVP_PKEY> key_from(const char* type, OSSL_PARAM_BLD* builder) {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    const bool made = parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY,
                                        parameters.get()) == 1;
    return {made ? key : nullptr, EVP_PKEY_free};
}

std::shared_ptr<EVP_PKEY> rsa_key(const Json& jwk) {
    const Number modulus = number_of(bytes_member(jwk, "n"));
    const std::string exponent_bytes = bytes_member(jwk, "e");
    const Number exponent = number_of(exponent_bytes);
    const int bits = BN_num_bits(modulus.get());
    const bool usable = bits >= rsa_bits_min && bits <= rsa_bits_max && BN_is_odd(modulus.get()) &&
                        exponent_bytes.size() <= exponent_bytes_max && BN_is_odd(exponent.get()) &&
                        !BN_is_one(exponent.get());
    if (!usable) { return nullptr; }
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
    return key_from("RSA", builder.get());
}

std::shared_ptr<EVP_PKEY> ec_key(const Json& jwk) {
    constexpr char uncompressed = 0x04;  // SEC 1 §2.3.3
    const std::string x = bytes_member(jwk, "x");
    const std::string y = bytes_member(jwk, "y");
    const bool usable = member(jwk, "crv") == "P-256" && x.size() == coordinate_bytes &&
                        y.size() == coordinate_bytes;
    if (!usable) { return nullptr; }
    const std::string point = uncompressed + x + y;
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    std::shared_ptr<EVP_PKEY> key = key_from("EC", builder.get());
    const KeyContext check(key ? EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr) : nullptr);
    return check && EVP_PKEY_public_check(check.get()) == 1 ? key : nullptr;
}

/// JWS writes r and s one after the other (RFC 7518 §3.4), OpenSSL wants DER. Zero for either would
/// verify anything in a careless implementation; here it is nothing.
std::string der_of(std::string_view signature) {
    if (signature.size() != 2 * coordinate_bytes) { return {}; }
    Number r = number_of(signature.substr(0, coordinate_bytes));
    Number s = number_of(signature.substr(coordinate_bytes));
    if (BN_is_zero(r.get()) || BN_is_zero(s.get())) { return {}; }
    const EcSignature pair(ECDSA_SIG_new());
    if (ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) { return {}; }
    std::ignore = r.release();
    std::ignore = s.release();
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &der);
    std::string text;
    if (size > 0) { text.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(size)); }
    OPENSSL_free(der);
    return text;
}

bool is_verified_by(EVP_PKEY* key, TokenAlgorithm algorithm, std::string_view text,
                    std::string_view signature) {
    const DigestContext digest(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    if (EVP_DigestVerifyInit(digest.get(), &parameters, EVP_sha256(), nullptr, key) != 1) {
        return false;
    }
    if (algorithm == TokenAlgorithm::ps256 &&
        (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1)) {
        return false;
    }
    return EVP_DigestVerify(digest.get(), bytes_of(signature), signature.size(), bytes_of(text),
                            text.size()) == 1;
}

}  // namespace

struct KeySet::Reader {
    /// Nothing when it is for something else, or not to be trusted.
    static std::optional<Key> read(const Json& jwk) {
        if (!jwk.is_object() || !is_for_signatures(jwk)) { return std::nullopt; }
        Key key;
        key.id = member(jwk, "kid");
        if (key.id.empty() || key.id.size() > key_id_bytes_max) { return std::nullopt; }
        const std::string type = member(jwk, "kty");
        if (type != "RSA" && type != "EC") { return std::nullopt; }
        key.kind = type == "RSA" ? Kind::rsa : Kind::ec;
        if (jwk.contains("alg") && !restrict(key, member(jwk, "alg"))) { return std::nullopt; }
        key.key = key.kind == Kind::rsa ? rsa_key(jwk) : ec_key(jwk);
        return key.key ? std::optional(std::move(key)) : std::nullopt;
    }

    static bool is_for_signatures(const Json& jwk) {
        if (jwk.contains("use") && member(jwk, "use") != "sig") { return false; }
        const auto operations = jwk.find("key_ops");
        if (operations == jwk.end()) { return true; }
        return operations->is_array() &&
               std::ranges::find(*operations, "verify") != operations->end();
    }

    static bool restrict(Key& key, std::string_view algorithm) {
        constexpr std::array<std::pair<std::string_view, TokenAlgorithm>, 3> known{
            {{"RS256", TokenAlgorithm::rs256},
             {"PS256", TokenAlgorithm::ps256},
             {"ES256", TokenAlgorithm::es256}}};
        for (const auto& [name, one] : known) {
            if (name == algorithm) { key.only = one; }
        }
        return key.only.has_value();
    }
};

std::optional<KeySet> KeySet::parse(std::string_view json) {
    if (json.size() > text_bytes_max) { return std::nullopt; }
    const auto document = parse_strict_json(json);
    if (!document || !document->is_object()) { return std::nullopt; }
    const auto keys = document->find("keys");
    if (keys == document->end() || !keys->is_array() || keys->size() > keys_max) {
        return std::nullopt;
    }
    KeySet set;
    for (const Json& jwk : *keys) {
        if (auto key = Reader::read(jwk)) { set.keys_.push_back(std::move(*key)); }
    }
    if (set.keys_.empty()) { return std::nullopt; }
    set.text_ = json;
    return set;
}

bool KeySet::has(std::string_view id) const noexcept {
    return std::ranges::find(keys_, id, &Key::id) != keys_.end();
}

bool KeySet::verifies(const TokenHeader& header, std::string_view text,
                      std::string_view signature) const {
    const bool ec = header.algorithm == TokenAlgorithm::es256;
    const std::string der = ec ? der_of(signature) : std::string();
    if (ec && der.empty()) { return false; }
    return std::ranges::any_of(keys_, [&](const Key& key) {
        const bool fits = key.id == header.key_id && (key.kind == Kind::ec) == ec &&
                          key.only.value_or(header.algorithm) == header.algorithm;
        return fits && is_verified_by(key.key.get(), header.algorithm, text, ec ? der : signature);
    });
}

}  // namespace spillway
