#include "tools/reach_diagnosis.hpp"

#include <boost/system/errc.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace spillway {
namespace {

using std::chrono::days;
using Names = Result<std::vector<std::string>>;

Names names(std::vector<std::string> addresses) { return addresses; }

const WallTime now = std::chrono::system_clock::from_time_t(1'790'000'000);
const Failure late{Stage::connect, Cause::timeout, {}};
const Failure refused{Stage::connect, Cause::refused,
                      make_error_code(boost::system::errc::connection_refused)};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

Diagnosis handshake(const std::string& reason) {
    return diagnose_handshake("east", "a.example",
                              {Failure{Stage::tls, Cause::certificate, {}}, reason, {}, now});
}

TEST(ReachDiagnosis, ShowsAddressesOrWhereANameIsLookedUp) {
    const Diagnosis known = diagnose_name("east", "a.example", names({"192.0.2.1", "192.0.2.2"}));
    EXPECT_EQ(known.condition, Condition::ok);
    EXPECT_EQ(known.seen, "a.example is 192.0.2.1, 192.0.2.2");
    EXPECT_EQ(diagnose_name("east", "192.0.2.1", names({"192.0.2.1"})).seen,
              "192.0.2.1 is an address");

    const Diagnosis slow = diagnose_name("east", "a.example",
                                         Names(Failure{Stage::resolve, Cause::timeout, {}}));
    EXPECT_EQ(slow.condition, Condition::fail);
    EXPECT_EQ(slow.seen, "a.example has no address: no answer in time");
    EXPECT_TRUE(has(slow.remedy, "privatelink")) << slow.remedy;
}

TEST(ReachDiagnosis, FailsOnlyWhenNoAddressAccepts) {
    const Result<void> yes;
    const std::array all{Knock{"192.0.2.1:443", yes}};
    const std::array some{Knock{"192.0.2.1:443", yes}, Knock{"[2001:db8::1]:443", late}};
    const std::array none{Knock{"192.0.2.1:443", refused}};

    EXPECT_EQ(diagnose_connecting("east", all).condition, Condition::ok);
    EXPECT_EQ(diagnose_connecting("east", some).condition, Condition::warn);
    EXPECT_EQ(diagnose_connecting("east", some).seen,
              "cannot connect to [2001:db8::1]:443 (no answer in time); 192.0.2.1:443 accepts");
    EXPECT_EQ(diagnose_connecting("east", none).condition, Condition::fail);
    EXPECT_EQ(diagnose_connecting("east", none).seen,
              "cannot connect to 192.0.2.1:443 (Connection refused)");
}

TEST(ReachDiagnosis, TellsARefusalFromASilence) {
    const std::array shut{Knock{"192.0.2.1:443", refused}};
    const std::array silent{Knock{"192.0.2.1:443", late}};

    EXPECT_TRUE(has(diagnose_connecting("east", shut).remedy, "check host and port"));
    EXPECT_TRUE(has(diagnose_connecting("east", silent).remedy, "let this machine's firewall"));
}

TEST(ReachDiagnosis, NamesTheKeyThatMendsWhatOpensslSays) {
    EXPECT_TRUE(has(handshake("certificate has expired").remedy, "renewed"));
    EXPECT_TRUE(has(handshake("certificate is not yet valid").remedy, "clock"));
    EXPECT_TRUE(has(handshake("hostname mismatch").remedy, "`connect_to`"));
    EXPECT_TRUE(has(handshake("self-signed certificate").remedy, "`tls.ca_file`"));
    EXPECT_TRUE(has(handshake("unable to get local issuer certificate").remedy, "`tls.ca_file`"));
    EXPECT_TRUE(has(handshake("wrong version number").remedy, "no TLS"));
    EXPECT_TRUE(has(handshake("bad record mac").remedy, "openssl s_client -servername a.example"));
    EXPECT_EQ(handshake("hostname mismatch").seen,
              "no trusted connection to a.example: hostname mismatch");
}

TEST(ReachDiagnosis, WarnsOfAChainThatEndsSoon) {
    const auto at = [](WallTime expires) {
        return diagnose_handshake("east", "a.example", {Result<void>(), "", expires, now});
    };
    EXPECT_EQ(at(now + days(15)).condition, Condition::ok);
    EXPECT_EQ(at(now + days(14)).condition, Condition::warn);
    EXPECT_EQ(at(now + days(1)).seen,
              "the certificate chain of a.example ends 2026-09-22, in 1 day");
}

}  // namespace
}  // namespace spillway
