#include "identity/proof.hpp"

#include "identity/secret_file.hpp"
#include "identity/token_request.hpp"

#include <openssl/rand.h>

#include <array>

namespace spillway {
namespace {

using Kind = CredentialConfig::Kind;
using Proof = boost::system::result<Secret, NoProof>;

std::string new_id() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, 16> bytes{};
    RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
    std::string id;
    for (const unsigned char byte : bytes) { id += {digits[byte >> 4U], digits[byte & 0xFU]}; }
    return id;
}

Proof key_of(const std::string& path) {
    Secret key = read_key_file(path);
    if (key.empty()) { return NoProof{path + " holds nothing that can be sent"}; }
    return key;
}

Proof assertion_of(const CredentialConfig& credential, WallTime now) {
    const Secret pem = read_secret_file(credential.certificate);
    const AssertionClaims claims{token_url(credential), credential.client_id, new_id()};
    Proof made = client_assertion(pem.reveal(), claims, now);
    if (made) { return made; }
    return NoProof{credential.certificate + " " + made.error().why};
}

}  // namespace

Proof read_proof(const CredentialConfig& credential, WallTime now) {
    switch (credential.source) {
        case Kind::client_secret: {
            const SecretSource& secret = credential.secret;
            return secret.kind == SecretSource::Kind::file ? key_of(secret.path) : secret.value;
        }
        case Kind::workload_identity: return key_of(credential.token_file);
        case Kind::client_certificate: return assertion_of(credential, now);
        default: return Secret();
    }
}

}  // namespace spillway
