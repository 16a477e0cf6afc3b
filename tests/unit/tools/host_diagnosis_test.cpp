#include "tools/host_diagnosis.hpp"

#include <gtest/gtest.h>

#include <array>

namespace spillway {
namespace {

using std::chrono::days;
using std::chrono::seconds;

TEST(HostDiagnosis, JudgesTheClockByTheServerThatAgreesBest) {
    const std::array<Duration, 2> one_agrees{seconds(-4000), seconds(2)};
    const std::array<Duration, 2> late{seconds(-90), seconds(-400)};
    const std::array<Duration, 1> early{seconds(301)};

    EXPECT_EQ(diagnose_clock(one_agrees).condition, Condition::ok);
    EXPECT_EQ(diagnose_clock(one_agrees).seen, "2 s ahead of the servers'");
    EXPECT_EQ(diagnose_clock(late).condition, Condition::warn);
    EXPECT_EQ(diagnose_clock(late).seen, "90 s behind the servers'");
    EXPECT_EQ(diagnose_clock(early).condition, Condition::fail);
    EXPECT_EQ(diagnose_clock({}).condition, Condition::warn);
}

TEST(HostDiagnosis, CountsDescriptors) {
    EXPECT_EQ(diagnose_descriptors(21'024, 21'024, {}).condition, Condition::ok);
    const Diagnosis few = diagnose_descriptors(1024, 21'024, {});
    EXPECT_EQ(few.condition, Condition::warn);
    EXPECT_EQ(few.seen, "1024 allowed, 21024 wanted for 10000 connections");
    EXPECT_NE(few.remedy.find("LimitNOFILE"), std::string::npos);
}

TEST(HostDiagnosis, HasARemedyForEveryPortButOursAndAFreeOne) {
    using enum PortState;
    for (const PortState state : {free, ours, taken, forbidden, foreign, unusable}) {
        const Diagnosis port = diagnose_port("listener", "0.0.0.0:80", state);
        const bool fine = state == free || state == ours;
        EXPECT_EQ(port.condition, fine ? Condition::ok : Condition::fail) << port.seen;
        EXPECT_EQ(port.remedy.empty(), fine) << port.seen;
    }
}

TEST(HostDiagnosis, WarnsOfAnAdminListenerOpenToAll) {
    const auto judged = [](const AdminConfig& admin) {
        return diagnose_admin_reach("0.0.0.0:9091", admin).condition;
    };
    AdminConfig admin;
    EXPECT_EQ(judged(admin), Condition::ok);
    admin.host = "0.0.0.0";
    EXPECT_EQ(judged(admin), Condition::warn);
    admin.tls.emplace();
    EXPECT_EQ(judged(admin), Condition::warn);
    admin.tls->client_ca = "ca.pem";
    EXPECT_EQ(judged(admin), Condition::ok);
    admin.tls.reset();
    admin.token.kind = SecretSource::Kind::file;
    EXPECT_EQ(judged(admin), Condition::ok);
}

TEST(HostDiagnosis, JudgesFilesAndCertificates) {
    const WallTime now = std::chrono::system_clock::from_time_t(1'790'000'000);
    const auto ends = [now](WallTime at) {
        return diagnose_certificate("0.0.0.0:8443", "", at, now).condition;
    };
    EXPECT_EQ(diagnose_file("east-key", "/k", "").condition, Condition::ok);
    EXPECT_EQ(diagnose_file("east-key", "/k", "is empty").seen, "/k is empty");
    EXPECT_EQ(diagnose_file("east-key", "/k", "is empty").condition, Condition::fail);
    EXPECT_EQ(ends(now + days(30)), Condition::ok);
    EXPECT_EQ(ends(now + days(3)), Condition::warn);
    EXPECT_EQ(ends(now), Condition::fail);
    EXPECT_EQ(diagnose_certificate("a", "cannot load", std::nullopt, now).condition,
              Condition::fail);
}

}  // namespace
}  // namespace spillway
