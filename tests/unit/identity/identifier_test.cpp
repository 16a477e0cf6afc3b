#include "identity/identifier.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace spillway {
namespace {

/// Two callers with a key each, one of them with a certificate.
class Identifying : public testing::Test {
protected:
    Identifying() {
        CallerConfig agents;
        agents.name = "agents";
        agents.keys = {agents_key_.hash, old_key_};
        agents.certificates = {"CN=agents,O=Acme"};
        CallerConfig batch;
        batch.name = "batch";
        batch.keys = {batch_key_.hash};
        config_.callers = {agents, batch};
        config_.caller_key_header = "x-team-key";
    }

    std::string who(const std::string& fields, std::string_view certificate = {}) {
        const auto directory = std::make_shared<const CallerDirectory>(config_, shares_, issuers_);
        const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
        RequestHead head;
        HeadScanner scanner{HeadLimits{}};
        EXPECT_EQ(scanner.request(bytes, head), HeadState::complete);
        const auto credentials = CallerCredentials::of(head, directory->key_header());
        const auto answer = identifier_.identify(directory, {credentials, certificate});
        if (const auto* denial = std::get_if<Denial>(&answer)) {
            return std::string(name(*denial));
        }
        const auto& identity = std::get<Identity>(answer);
        return identity.caller->name() + " by " + std::string(name(identity.proof)) + " " +
               identity.subject;
    }

    [[nodiscard]] std::string agents() const { return agents_key_.key.reveal(); }
    [[nodiscard]] std::string batch() const { return batch_key_.key.reveal(); }

    NewKey agents_key_ = make_key("a1");
    NewKey batch_key_ = make_key("b1");
    KeyHash old_key_ = hash_key("an-old-key-of-the-agents");
    CallerShares shares_;
    IssuerStates issuers_;
    Config config_;
    Identifier identifier_;
};

TEST_F(Identifying, FindsTheCallerByItsKeyInEveryForm) {
    EXPECT_EQ(who("Authorization: Bearer " + agents() + "\r\n"), "agents by key a1");
    EXPECT_EQ(who("api-key: " + batch() + "\r\n"), "batch by key b1");
    EXPECT_EQ(who("x-team-key: " + batch() + "\r\n"), "batch by key b1");
    EXPECT_EQ(who("api-key: an-old-key-of-the-agents\r\n"), "agents by key " + old_key_.id);
}

TEST_F(Identifying, RefusesEveryWrongKey) {
    const std::string wrong = agents().substr(0, agents().size() - 1) + "!";
    EXPECT_EQ(who("api-key: " + wrong + "\r\n"), "key_invalid");
    EXPECT_EQ(who("api-key: " + make_key("a1").key.reveal() + "\r\n"), "key_invalid");
    EXPECT_EQ(who("api-key: " + make_key("nobody").key.reveal() + "\r\n"), "key_invalid");
    EXPECT_EQ(who("api-key: " + std::string(600, 'k') + "\r\n"), "key_invalid");
    EXPECT_EQ(who("api-key:\r\n"), "key_invalid");
    EXPECT_EQ(who("Authorization: Basic " + agents() + "\r\n"), "key_invalid");
    EXPECT_EQ(who(""), "credential_missing");
}

TEST_F(Identifying, TakesTheFirstOfSeveralRightOnes) {
    EXPECT_EQ(who("api-key: " + batch() + "\r\nAuthorization: Bearer " + agents() + "\r\n"),
              "agents by key a1");
    EXPECT_EQ(who("api-key: " + batch() + "\r\n", "CN=agents,O=Acme"), "batch by key b1");
}

TEST_F(Identifying, LetsNothingWrongHideBehindWhatIsRight) {
    EXPECT_EQ(who("Authorization: Bearer " + agents() + "\r\napi-key: wrong\r\n"), "key_invalid");
    EXPECT_EQ(who("api-key: wrong\r\n", "CN=agents,O=Acme"), "key_invalid");
}

TEST_F(Identifying, FindsTheCallerByItsCertificate) {
    EXPECT_EQ(who("", "CN=agents,O=Acme"), "agents by certificate CN=agents,O=Acme");
    EXPECT_EQ(who("", "CN=agents,O=Acme,C=DE"), "certificate_unknown");
    EXPECT_EQ(who("api-key: " + batch() + "\r\n", "CN=sidecar"), "batch by key b1")
        << "a certificate may only be what lets a caller connect";
}

TEST_F(Identifying, ServesWhoShowsNothingAsAnonymousIfAllowed) {
    config_.allow_anonymous = true;

    EXPECT_EQ(who(""), "_anonymous by none ");
    EXPECT_EQ(who("api-key: wrong\r\n"), "key_invalid");
    EXPECT_EQ(who("api-key: " + batch() + "\r\n"), "batch by key b1");
}

TEST_F(Identifying, TakesTheTablesAnonymousCaller) {
    CallerConfig nobody;
    nobody.name = "_anonymous";
    nobody.operations = {Operation::embeddings};
    config_.callers.push_back(nobody);
    config_.allow_anonymous = true;

    const CallerDirectory directory(config_, shares_, issuers_);
    ASSERT_NE(directory.anonymous(), nullptr);
    EXPECT_EQ(directory.all().size(), 3U);
    EXPECT_FALSE(directory.anonymous()->may_use(Operation::chat_completions));
}

TEST_F(Identifying, AsksNobodyWithoutCallers) {
    config_.callers.clear();

    EXPECT_EQ(who("api-key: anything\r\n"), "_anonymous by none ");
}

TEST(Caller, MayUseWhatItWasGranted) {
    CallerConfig config;
    config.routes = {RouteId{1}};
    config.operations = {Operation::embeddings};
    const Caller some(config, 0, 3, nullptr);
    const Caller all(CallerConfig{}, 1, 3, nullptr);

    EXPECT_FALSE(some.may_use(RouteId{0}));
    EXPECT_TRUE(some.may_use(RouteId{1}));
    EXPECT_TRUE(some.may_use(Operation::embeddings));
    EXPECT_FALSE(some.may_use(Operation::chat_completions));
    EXPECT_FALSE(some.may_use_all_routes());
    EXPECT_TRUE(all.may_use(RouteId{2}));
    EXPECT_TRUE(all.may_use(Operation::chat_completions));
    EXPECT_TRUE(all.may_use_all_routes());
}

}  // namespace
}  // namespace spillway
