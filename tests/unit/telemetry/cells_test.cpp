#include "telemetry/cells.hpp"

#include "telemetry/exposition.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace spillway {
namespace {

TEST(Cells, GiveEachWorkerItsOwnUnderTheSameName) {
    CellRegistry cells(2);

    EXPECT_EQ(&cells.route(0, "gpt-4o"), &cells.route(0, "gpt-4o"));
    EXPECT_NE(&cells.route(0, "gpt-4o"), &cells.route(1, "gpt-4o"));
    EXPECT_NE(&cells.route(0, "gpt-4o"), &cells.route(0, "gpt-4o-mini"));
    EXPECT_NE(&cells.worker(0), &cells.worker(1));
}

TEST(Cells, ShareNoCacheLine) {
    CellRegistry cells(2);
    const auto line = [](const auto& cell) {
        return reinterpret_cast<std::uintptr_t>(&cell) / cache_line_bytes;
    };

    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&cells.worker(0)) % cache_line_bytes, 0U);
    EXPECT_NE(line(cells.worker(0)), line(cells.worker(1)));
}

TEST(Cells, KeepTheirAddressWhenMoreAreCreated) {
    CellRegistry cells(1);
    DeploymentCells& east = cells.deployment(0, "east");
    east.alerts.add();

    for (int i = 0; i < 1000; ++i) { (void)cells.deployment(0, "d" + std::to_string(i)); }

    EXPECT_EQ(&cells.deployment(0, "east"), &east);
    EXPECT_EQ(cells.deployment(0, "east").alerts.value(), 1U);
}

TEST(Cells, CountExactlyWhileTheyAreRead) {
    constexpr std::uint64_t each = 100'000;
    CellRegistry cells(2);
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < 2; ++i) {
        workers.emplace_back([&cells, i] {
            RouteCells& mine = cells.route(i, "r");
            for (std::uint64_t n = 0; n < each; ++n) { mine.in_flight.add(); }
        });
    }
    std::uint64_t seen = 0;
    for (int i = 0; i < 100; ++i) {
        cells.visit_routes([&](std::string_view, const CellRegistry::Row<RouteCells>& row) {
            seen = row[0]->in_flight.value();
        });
        EXPECT_LE(seen, each);
    }
    for (std::thread& worker : workers) { worker.join(); }

    EXPECT_EQ(cells.route(0, "r").in_flight.value(), each);
    EXPECT_EQ(cells.route(1, "r").in_flight.value(), each);
}

TEST(Histogram, CountsABoundItselfIntoItsOwnBucket) {
    constexpr std::array bounds = {0.1, 1.0};
    Histogram histogram(bounds);

    for (const double seconds : {-1.0, 0.0, 0.1, 0.2, 1.0, 1.5}) { histogram.observe(seconds); }

    EXPECT_EQ(histogram.bucket(0), 3U) << "Prometheus' le means <=";
    EXPECT_EQ(histogram.bucket(1), 2U);
    EXPECT_EQ(histogram.bucket(2), 1U);
    EXPECT_DOUBLE_EQ(histogram.sum_seconds(), 2.8);
}

TEST(StatusSlot, FindsEveryLabelItGives) {
    for (std::size_t slot = 1; slot + 1 < status_slots; ++slot) {
        EXPECT_EQ(status_slot(std::stoi(std::string(status_label(slot)))), slot);
    }
    EXPECT_EQ(status_label(status_slot(0)), "none");
    for (const int odd : {-1, 99, 299, 418, 999}) {
        EXPECT_EQ(status_label(status_slot(odd)), "other") << odd;
    }
}

TEST(Heartbeat, TellsTheLastBeat) {
    Heartbeat heartbeat;
    EXPECT_EQ(heartbeat.last(), TimePoint{});

    heartbeat.beat(TimePoint{std::chrono::seconds(7)});

    EXPECT_EQ(heartbeat.last(), TimePoint{std::chrono::seconds(7)});
}

}  // namespace
}  // namespace spillway
