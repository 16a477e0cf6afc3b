// What is taken of the keys an issuer publishes.
#include "identity/key_set.hpp"

#include "support/token_smith.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace spillway {
namespace {

const smith::PrivateKey& rsa() {
    static const smith::PrivateKey key = smith::new_rsa(2048);
    return key;
}

std::size_t usable(const std::vector<std::string>& keys) {
    const auto set = KeySet::parse(smith::key_set(keys));
    return set ? set->size() : 0;
}

TEST(KeySet, TakesTheFormsThatEntraPublishes) {
    const std::string entra = R"(,"use":"sig","x5t":"r1","x5c":["MIIC"],)"
                              R"("issuer":"https://login.microsoftonline.com/t/v2.0")";
    const auto set = KeySet::parse(smith::key_set({smith::jwk(rsa(), "r1", entra),
                                                   smith::jwk(smith::new_ec("P-256"), "e1")}));
    ASSERT_TRUE(set);
    EXPECT_EQ(set->size(), 2U);
    EXPECT_TRUE(set->has("r1"));
    EXPECT_FALSE(set->has("r"));
}

TEST(KeySet, PassesOverWhatIsForSomethingElseOrTooWeak) {
    const std::string right = smith::jwk(rsa(), "right");
    const std::vector<std::string> others{
        smith::jwk(rsa(), "r", R"(,"use":"enc")"),
        smith::jwk(rsa(), "r", R"(,"alg":"RSA-OAEP")"),
        smith::jwk(rsa(), "r", R"(,"key_ops":["sign"])"),
        smith::jwk(rsa(), ""),
        smith::jwk(smith::new_rsa(1024), "weak"),
        smith::jwk(smith::new_ec("P-384"), "p384"),
        R"({"kty":"oct","kid":"o","k":"c2VjcmV0"})",
        R"({"kty":"RSA","kid":"r","n":"AQAB"})",
        R"({"kty":"EC","kid":"e","crv":"P-256","x":"AA","y":"AA"})",
        R"({"kty":"EC","kid":"e","crv":"P-256","x":")" + smith::base64url(std::string(32, 'x')) +
            R"(","y":")" + smith::base64url(std::string(32, 'y')) + "\"}",
        R"({"kty":"RSA","kid":"r","n":")" +
            smith::base64url("\x80" + std::string(254, '\0') + "\x01") + R"(","e":"AQ"})",
        "1",
        "[]",
    };
    EXPECT_EQ(usable({right}), 1U);
    for (const std::string& other : others) {
        EXPECT_EQ(usable({right, other}), 1U) << other;
        EXPECT_EQ(usable({other}), 0U) << other;
    }
}

TEST(KeySet, IsNothingWhenItIsNoKeySet) {
    const std::string right = smith::jwk(rsa(), "r1");
    for (const std::string& text :
         {std::string(), std::string("{}"), std::string("null"), std::string(R"({"keys":{}})"),
          std::string(R"({"keys":[]})"), "[" + right + "]", R"({"keys":[)" + right + "]",
          R"({"keys":[)" + right + R"(],"keys":[]})", smith::key_set({right}) + "x",
          smith::key_set(std::vector<std::string>(KeySet::keys_max + 1, right)),
          smith::key_set({right}) + std::string(KeySet::text_bytes_max, ' ')}) {
        EXPECT_FALSE(KeySet::parse(text)) << text.substr(0, 80);
    }
}

TEST(KeySet, VerifiesByTheAlgorithmTheKeyWasPublishedForOnly) {
    const auto set = KeySet::parse(smith::key_set({smith::jwk(rsa(), "r1", R"(,"alg":"PS256")")}));
    ASSERT_TRUE(set);
    const std::string text = "a.b";
    const std::string pss = smith::sign(rsa(), text, EVP_sha256(), smith::Padding::pss);
    const std::string pkcs1 = smith::sign(rsa(), text, EVP_sha256());
    EXPECT_TRUE(set->verifies({TokenAlgorithm::ps256, "r1"}, text, pss));
    EXPECT_FALSE(set->verifies({TokenAlgorithm::rs256, "r1"}, text, pkcs1));
    EXPECT_FALSE(set->verifies({TokenAlgorithm::ps256, "r1"}, text, pkcs1));
    EXPECT_FALSE(set->verifies({TokenAlgorithm::ps256, "r2"}, text, pss));
    EXPECT_FALSE(set->verifies({TokenAlgorithm::ps256, "r1"}, "a.c", pss));
}

}  // namespace
}  // namespace spillway
