#include "tools/diagnosis.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>

namespace spillway {
namespace {

const std::array all{Diagnosis{"dns", "east", Condition::ok, "it is 192.0.2.1"},
                     Diagnosis{"clock", "", Condition::warn, "90 s behind", "set it"}};

TEST(Diagnosis, IsALineForPeopleAndBelowItTheRemedy) {
    EXPECT_EQ(diagnoses_text(all),
              "ok    dns east: it is 192.0.2.1\n"
              "warn  clock: 90 s behind\n"
              "      -> set it\n");
}

TEST(Diagnosis, IsAnObjectForPrograms) {
    const auto json = nlohmann::json::parse(diagnoses_json("t.yaml", all));

    EXPECT_EQ(json["file"], "t.yaml");
    EXPECT_EQ(json["healthy"], true);
    EXPECT_EQ(json["checks"][0], (nlohmann::json{{"check", "dns"},
                                                 {"subject", "east"},
                                                 {"condition", "ok"},
                                                 {"seen", "it is 192.0.2.1"},
                                                 {"remedy", nullptr}}));
    EXPECT_EQ(json["checks"][1]["subject"], nullptr);
    EXPECT_EQ(json["checks"][1]["remedy"], "set it");
}

TEST(Diagnosis, OnlyAFailureMakesItUnhealthy) {
    const std::array failed{all[1], Diagnosis{"tls", "east", Condition::fail, "expired", "renew"}};

    EXPECT_EQ(worst({}), Condition::ok);
    EXPECT_EQ(worst(all), Condition::warn);
    EXPECT_EQ(worst(failed), Condition::fail);
    EXPECT_EQ(nlohmann::json::parse(diagnoses_json("t", failed))["healthy"], false);
}

}  // namespace
}  // namespace spillway
