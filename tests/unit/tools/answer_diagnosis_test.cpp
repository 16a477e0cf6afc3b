#include "tools/answer_diagnosis.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

constexpr const char* denied =
    R"({"error":{"code":"401","message":"Access denied due to invalid subscription key."}})";
constexpr const char* two_models = R"({"object":"list","data":[{"id":"a"},{"id":"b"}]})";
constexpr const char* page = "<html><title>It works!</title></html>";

ResourceConfig resource(ResourceKind kind = ResourceKind::azure) {
    ResourceConfig one;
    one.name = "east";
    one.kind = kind;
    one.credential = 0;
    return one;
}

ResourceConfig unsigned_one() {
    ResourceConfig one = resource(ResourceKind::openai);
    one.credential.reset();
    return one;
}

CredentialConfig key_in_variable() {
    CredentialConfig credential;
    credential.name = "east-key";
    credential.secret.kind = SecretSource::Kind::env;
    credential.secret.variable = "AOAI_EAST_KEY";
    return credential;
}

Diagnosis anonymous(int status, const std::string& body) {
    return diagnose_anonymous(resource(), ProbeReply{status, body});
}

Diagnosis with_key(int status, const std::string& body) {
    return diagnose_signed(resource(), key_in_variable(), ProbeReply{status, body});
}

std::string error(const std::string& message) {
    return R"({"error":{"code":"403","message":")" + message + R"("}})";
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(AnswerDiagnosis, TakesA401ForTheSignOfAnApi) {
    EXPECT_EQ(anonymous(401, denied).condition, Condition::ok);
    EXPECT_EQ(anonymous(401, page).condition, Condition::warn);
    EXPECT_EQ(diagnose_anonymous(unsigned_one(), ProbeReply{401, denied}).condition,
              Condition::fail);
}

TEST(AnswerDiagnosis, TakesA404OrAPageForAWrongUrl) {
    for (const Diagnosis& wrong : {anonymous(404, denied), anonymous(200, page), anonymous(405, ""),
                                   with_key(404, denied)}) {
        EXPECT_EQ(wrong.condition, Condition::fail);
        EXPECT_TRUE(has(wrong.remedy, "https://NAME.openai.azure.com")) << wrong.remedy;
        EXPECT_TRUE(has(wrong.remedy, "2024-10-21")) << wrong.remedy;
    }
    EXPECT_TRUE(has(diagnose_anonymous(unsigned_one(), ProbeReply{404, ""}).remedy, "/v1"));
    EXPECT_TRUE(has(anonymous(308, "").remedy, "redirects"));
}

TEST(AnswerDiagnosis, DoubtsAListThatAnybodyGets) {
    EXPECT_EQ(anonymous(200, two_models).condition, Condition::warn);
    const Diagnosis meant = diagnose_anonymous(unsigned_one(), ProbeReply{200, two_models});
    EXPECT_EQ(meant.condition, Condition::ok);
    EXPECT_EQ(meant.seen, "lists 2 models without a credential");
}

TEST(AnswerDiagnosis, KnowsARefusalByItsWords) {
    struct Case {
        const char* said;
        const char* remedy;
    };
    for (const Case& each :
         {Case{"Access denied due to Virtual Network/Firewall rules.", "Networking"},
          Case{"Public access is disabled. Please configure private endpoint.", "privatelink"},
          Case{"A Virtual Network is configured for this resource. Please use the correct endpoint "
               "for making requests.",
               "https://NAME.openai.azure.com"},
          Case{"Your resource has been temporarily blocked.", "support"},
          Case{"Principal does not have access to API/Operation.", "OpenAI User"},
          Case{"Something new.", "Networking"}}) {
        for (const Diagnosis& refused :
             {anonymous(403, error(each.said)), with_key(403, error(each.said))}) {
            EXPECT_EQ(refused.condition, Condition::fail);
            EXPECT_TRUE(has(refused.remedy, each.remedy)) << each.said << ": " << refused.remedy;
        }
    }
}

TEST(AnswerDiagnosis, SaysWhichKeyIsWrongAndWhereItIs) {
    const Diagnosis wrong = with_key(401, denied);

    EXPECT_EQ(wrong.condition, Condition::fail);
    EXPECT_EQ(wrong.seen, "401: east-key is not accepted");
    EXPECT_TRUE(has(wrong.remedy, "the variable AOAI_EAST_KEY")) << wrong.remedy;
    EXPECT_TRUE(has(with_key(401, error("Principal does not have access to API/Operation.")).remedy,
                    "role"));
    EXPECT_EQ(with_key(200, two_models).seen, "east-key is accepted; lists 2 models");
    EXPECT_EQ(with_key(200, page).condition, Condition::fail);
}

TEST(AnswerDiagnosis, TellsThrottledFromBroken) {
    EXPECT_EQ(with_key(429, "").condition, Condition::warn);
    EXPECT_EQ(with_key(503, "no healthy upstream").condition, Condition::fail);
}

TEST(AnswerDiagnosis, SaysWhenNothingWholeCame) {
    const Diagnosis silent = diagnose_anonymous(resource(),
                                                Failure{Stage::head, Cause::timeout, {}});
    EXPECT_EQ(silent.condition, Condition::fail);
    EXPECT_EQ(silent.seen, "connected, but no answer in time");
    EXPECT_EQ(diagnose_anonymous(resource(), Failure{Stage::head, Cause::malformed, {}}).seen,
              "no whole HTTP answer (malformed)");
}

TEST(AnswerDiagnosis, RepeatsNothingOfTheAnswer) {
    const std::string quoting = error("Incorrect API key provided: CANARY. Principal");
    for (const int status : {200, 302, 400, 401, 403, 404, 429, 500}) {
        for (const Diagnosis& one : {anonymous(status, quoting), with_key(status, quoting)}) {
            EXPECT_FALSE(has(one.seen + one.remedy, "CANARY")) << one.seen;
        }
    }
}

TEST(AnswerDiagnosis, SaysWhyACredentialWasNotProbed) {
    CredentialConfig credential = key_in_variable();
    credential.kind = CredentialConfig::Kind::managed_identity;
    EXPECT_EQ(not_probed(resource(), credential).condition, Condition::warn);
    credential.kind = CredentialConfig::Kind::passthrough;
    EXPECT_EQ(not_probed(resource(), credential).condition, Condition::ok);
}

}  // namespace
}  // namespace spillway
