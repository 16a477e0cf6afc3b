#include "identity/client_assertion.hpp"

#include "identity/openssl_handle.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <vector>

namespace spillway {
namespace {

// Entra takes ten minutes; a statement that is used at once needs no more.
constexpr std::chrono::minutes valid_for{10};

using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;

std::string base64url(std::span<const unsigned char> bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    text.erase(std::min(text.find('='), text.size()));
    return text;
}

std::string base64url(std::string_view text) {
    return base64url({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

Bio reader(std::string_view pem) {
    return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::string thumbprint(X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &size);
    return base64url(std::span(digest).first(size));
}

/// Empty when OpenSSL will not.
std::string signature(EVP_PKEY* key, std::string_view text) {
    const Digest digest(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    const bool ready = EVP_DigestSignInit(digest.get(), &parameters, EVP_sha256(), nullptr, key) ==
                           1 &&
                       EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
                       EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1 &&
                       EVP_DigestSign(digest.get(), nullptr, &size, bytes, text.size()) == 1;
    std::vector<unsigned char> made(size);
    if (!ready || EVP_DigestSign(digest.get(), made.data(), &size, bytes, text.size()) != 1) {
        return {};
    }
    return base64url(std::span(made).first(size));
}

std::int64_t in_seconds(WallTime at) {
    return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

}  // namespace

boost::system::result<Secret, NoProof> client_assertion(std::string_view pem,
                                                        const AssertionClaims& claims,
                                                        WallTime now) {
    const Certificate certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
    if (!certificate) { return NoProof{"holds no certificate"}; }
    // An empty pass phrase: nobody is there to be asked.
    std::string no_phrase;
    const Key key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, nullptr, no_phrase.data()));
    if (!key) { return NoProof{"holds no private key, or an encrypted one"}; }
    if (EVP_PKEY_is_a(key.get(), "RSA") != 1) { return NoProof{"its key is not RSA"}; }
    if (X509_check_private_key(certificate.get(), key.get()) != 1) {
        return NoProof{"its key does not belong to its certificate"};
    }
    const nlohmann::json head{
        {"alg", "PS256"}, {"typ", "JWT"}, {"x5t#S256", thumbprint(certificate.get())}};
    const nlohmann::json body{{"aud", claims.audience},
                              {"iss", claims.client_id},
                              {"sub", claims.client_id},
                              {"jti", claims.id},
                              {"nbf", in_seconds(now)},
                              {"iat", in_seconds(now)},
                              {"exp", in_seconds(now + valid_for)}};
    const std::string text = base64url(head.dump()) + "." + base64url(body.dump());
    const std::string proof = signature(key.get(), text);
    if (proof.empty()) { return NoProof{"its key cannot sign"}; }
    return Secret(text + "." + proof);
}

}  // namespace spillway
