#include "admin/history.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>

namespace spillway {
namespace {

using namespace std::chrono_literals;

class Past : public testing::Test {
protected:
    static constexpr TimePoint t0{1h};

    nlohmann::json of_east(TimePoint now) {
        return nlohmann::json::parse(history_.json(now))["deployments"][0];
    }

    CellRegistry cells_{2};
    DeploymentCells& first_ = cells_.deployment(0, "east");
    DeploymentCells& second_ = cells_.deployment(1, "east");
    History history_;
};

TEST_F(Past, ShowsWhatEachStepBroughtOnAllWorkersTogether) {
    first_.answers[status_slot(200)].add(3);
    history_.sample(cells_, t0);
    first_.answers[status_slot(429)].add(1);
    second_.answers[status_slot(200)].add(4);
    second_.failures[static_cast<std::size_t>(Reason::connect)].add(2);
    history_.sample(cells_, t0 + History::step);

    const auto east = of_east(t0 + History::step);
    EXPECT_EQ(east["name"], "east");
    EXPECT_EQ(east["answers"], (nlohmann::json{3, 5}));
    EXPECT_EQ(east["errors"], (nlohmann::json{0, 2}));
}

TEST_F(Past, HasNoPointBeforeAStepHasPassed) {
    history_.sample(cells_, t0);
    history_.sample(cells_, t0 + History::step - 1ms);

    EXPECT_EQ(of_east(t0)["errors"].size(), 1U);
    const auto document = nlohmann::json::parse(history_.json(t0 + 4s));
    EXPECT_EQ(document["step_seconds"], 10.0);
    EXPECT_EQ(document["newest_seconds_ago"], 4.0);
}

TEST_F(Past, KeepsAQuarterOfAnHour) {
    for (int i = 0; i < 120; ++i) {
        first_.failures[1].add(static_cast<std::uint64_t>(i));
        history_.sample(cells_, t0 + i * History::step);
    }
    const auto errors = of_east(t0)["errors"];

    EXPECT_EQ(History::step * History::points_max, 15min);
    EXPECT_EQ(errors.size(), History::points_max);
    EXPECT_EQ(errors.front(), 30);
    EXPECT_EQ(errors.back(), 119);
}

TEST_F(Past, KnowsTheFirstTokenOfEachStepAlone) {
    for (int i = 0; i < 100; ++i) { first_.time_to_first_token.observe(8.0); }
    history_.sample(cells_, t0);
    for (int i = 0; i < 20; ++i) { second_.time_to_first_token.observe(0.08); }
    history_.sample(cells_, t0 + History::step);
    history_.sample(cells_, t0 + 2 * History::step);

    const auto p95 = of_east(t0)["first_token_p95_seconds"];
    EXPECT_GT(p95[0], 5.0);
    EXPECT_NEAR(p95[1].get<double>(), 0.0975, 1e-9) << "in the bucket from 0.05 to 0.1";
    EXPECT_EQ(p95[2], nullptr) << "no stream is no time of zero";
}

TEST_F(Past, TakesUpADeploymentWhenATableBringsOne) {
    history_.sample(cells_, t0);
    cells_.deployment(0, "west").answers[1].add(1);
    history_.sample(cells_, t0 + History::step);

    const auto deployments = nlohmann::json::parse(history_.json(t0))["deployments"];
    EXPECT_EQ(deployments[0]["answers"].size(), 2U);
    EXPECT_EQ(deployments[1]["answers"], (nlohmann::json{1}));
}

TEST(Quantile, LiesInsideItsBucketAndNeverAboveTheHighestBound) {
    constexpr std::array bounds = {1.0, 2.0, 4.0};
    HistogramSum sum;
    EXPECT_EQ(quantile(sum, bounds, 0.95), std::nullopt);

    sum.counts[1] = 100;
    EXPECT_DOUBLE_EQ(*quantile(sum, bounds, 0.5), 1.5);
    sum.counts[3] = 900;
    EXPECT_DOUBLE_EQ(*quantile(sum, bounds, 0.95), 4.0);
}

}  // namespace
}  // namespace spillway
