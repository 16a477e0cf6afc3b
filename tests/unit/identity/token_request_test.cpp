// What is asked of token endpoints, to the letter of azure-protocol.md §2.2-2.4.
#include "identity/token_request.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using Kind = CredentialConfig::Kind;

CredentialConfig application(Kind kind) {
    CredentialConfig credential;
    credential.source = kind;
    credential.tenant = "11111111-2222-3333-4444-555555555555";
    credential.client_id = "66666666-7777-8888-9999-000000000000";
    return credential;
}

TEST(TokenRequest, OfImds) {
    CredentialConfig credential;
    credential.source = Kind::managed_identity;
    credential.metadata = "http://169.254.169.254/metadata/identity/oauth2/token";

    WebCall call = token_request(credential, Secret());
    EXPECT_EQ(call.to.host, "169.254.169.254");
    EXPECT_FALSE(call.to.tls);
    EXPECT_EQ(call.target,
              "/metadata/identity/oauth2/token?api-version=2018-02-01"
              "&resource=https%3A%2F%2Fcognitiveservices.azure.com");
    EXPECT_EQ(call.fields.reveal(), "Metadata: true\r\n");
    EXPECT_TRUE(call.form.empty());

    credential.client_id = "66666666-7777-8888-9999-000000000000";
    call = token_request(credential, Secret());
    EXPECT_TRUE(call.target.ends_with("&client_id=66666666-7777-8888-9999-000000000000"));
}

TEST(TokenRequest, OfAppService) {
    CredentialConfig credential;
    credential.source = Kind::managed_identity;
    credential.metadata = "http://127.0.0.1:41741/MSI/token/";
    credential.metadata_key = Secret("853b9a84");
    credential.scope = "https://ai.azure.com/.default";

    const WebCall call = token_request(credential, Secret());
    EXPECT_EQ(call.to.port, 41741);
    EXPECT_EQ(call.target,
              "/MSI/token/?api-version=2019-08-01&resource=https%3A%2F%2Fai.azure.com");
    EXPECT_EQ(call.fields.reveal(), "X-IDENTITY-HEADER: 853b9a84\r\n");
}

TEST(TokenRequest, WithASecret) {
    const WebCall call = token_request(application(Kind::client_secret), Secret("a+b&c=d~"));
    EXPECT_TRUE(call.to.tls);
    EXPECT_EQ(call.to.host, "login.microsoftonline.com");
    EXPECT_EQ(call.target, "/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token");
    EXPECT_EQ(call.form.reveal(),
              "grant_type=client_credentials&client_id=66666666-7777-8888-9999-000000000000"
              "&scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default"
              "&client_secret=a%2Bb%26c%3Dd~");
}

TEST(TokenRequest, WithAnAssertion) {
    for (const Kind kind : {Kind::workload_identity, Kind::client_certificate}) {
        const WebCall call = token_request(application(kind), Secret("h.b.s"));
        EXPECT_TRUE(call.form.reveal().ends_with(
            "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-"
            "bearer&client_assertion=h.b.s"));
    }
}

TEST(TokenRequest, GoesToTheAuthorityOfItsCloudThroughItsProxy) {
    CredentialConfig credential = application(Kind::client_secret);
    credential.authority = "https://login.microsoftonline.us";
    credential.scope = "https://cognitiveservices.azure.us/.default";
    credential.proxy = EgressProxy{"proxy.example", 3128, {}};

    const WebCall call = token_request(credential, Secret("s"));
    EXPECT_EQ(call.to.host, "login.microsoftonline.us");
    EXPECT_EQ(call.proxy->host, "proxy.example");
    EXPECT_EQ(token_url(credential),
              "https://login.microsoftonline.us/11111111-2222-3333-4444-555555555555"
              "/oauth2/v2.0/token");
}

}  // namespace
}  // namespace spillway
