#include "telemetry/collector.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace spillway {
namespace {

std::string scrape(const CellRegistry& cells) {
    return exposition_text(Collector(cells, {}).Collect());
}

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::size_t series(const std::string& text, const std::string& must_contain) {
    std::istringstream stream(text);
    std::size_t count = 0;
    for (std::string line; std::getline(stream, line);) {
        if (!line.starts_with('#') && line.find(must_contain) != std::string::npos) { ++count; }
    }
    return count;
}

TEST(Collector, SumsTheWorkers) {
    CellRegistry cells(2);
    cells.deployment(0, "east").input_tokens.add(40);
    cells.deployment(1, "east").input_tokens.add(2);
    cells.route(0, "r").time_to_first_token.observe(0.3);
    cells.route(1, "r").time_to_first_token.observe(400);

    const std::string text = scrape(cells);

    EXPECT_TRUE(has_line(text, "spillway_input_tokens_total{deployment=\"east\"} 42"));
    const std::string name = "spillway_time_to_first_token_seconds";
    EXPECT_TRUE(has_line(text, name + "_bucket{route=\"r\",le=\"0.2\"} 0"));
    EXPECT_TRUE(has_line(text, name + "_bucket{route=\"r\",le=\"0.35\"} 1"));
    EXPECT_TRUE(has_line(text, name + "_bucket{route=\"r\",le=\"300\"} 1"));
    EXPECT_TRUE(has_line(text, name + "_bucket{route=\"r\",le=\"+Inf\"} 2"));
    EXPECT_TRUE(has_line(text, name + "_count{route=\"r\"} 2"));
    EXPECT_TRUE(has_line(text, name + "_sum{route=\"r\"} 400.3"));
}

TEST(Collector, LabelsAnEndingByRouteApiCodeAndOutcome) {
    CellRegistry cells(1);
    const auto api = static_cast<std::size_t>(Operation::responses);
    const auto outcome = static_cast<std::size_t>(Outcome::client_error);
    cells.route(0, "r").requests[api][status_slot(418)][outcome].add(3);

    EXPECT_TRUE(has_line(scrape(cells),
                         "spillway_requests_total{route=\"r\",api=\"responses\",code=\"other\","
                         "outcome=\"client_error\"} 3"));
}

TEST(Collector, ShowsAFirstFailureAsAnIncreaseFromZero) {
    CellRegistry cells(1);
    (void)cells.route(0, "r");
    (void)cells.deployment(0, "east");

    const std::string text = scrape(cells);

    EXPECT_TRUE(has_line(text,
                         "spillway_requests_total{route=\"r\",api=\"chat/completions\","
                         "code=\"503\",outcome=\"exhausted\"} 0"));
    EXPECT_TRUE(has_line(
        text, "spillway_upstream_failures_total{deployment=\"east\",reason=\"unauthorized\"} 0"));
    EXPECT_TRUE(has_line(text,
                         "spillway_breaker_transitions_total{deployment=\"east\",to=\"open\","
                         "reason=\"consecutive\"} 0"));
}

TEST(Collector, ShowsTheProcess) {
    const CellRegistry cells(1);
    const std::string text = scrape(cells);

    for (const char* name : {"process_resident_memory_bytes ", "process_open_fds ",
                             "process_start_time_seconds ", "process_cpu_seconds_total "}) {
        EXPECT_EQ(series(text, name), 1U) << name;
    }
}

/// The formula of docs/metrics.md: what exists from the start, per route, deployment and worker.
TEST(Collector, MakesAsManySeriesAsPublished) {
    constexpr std::size_t routes = 3;
    constexpr std::size_t deployments = 5;
    constexpr std::size_t callers = 4;
    constexpr std::size_t workers = 2;
    CellRegistry cells(workers);
    for (std::size_t i = 0; i < callers; ++i) { (void)cells.caller(0, "c" + std::to_string(i)); }
    for (std::size_t i = 0; i < routes; ++i) { (void)cells.route(0, "r" + std::to_string(i)); }
    for (std::size_t i = 0; i < deployments; ++i) {
        (void)cells.deployment(0, "d" + std::to_string(i));
    }

    const std::string text = scrape(cells);
    const std::size_t per_route = series(text, "route=") / routes;
    const std::size_t per_deployment = series(text, "deployment=") / deployments;
    const std::size_t per_caller = series(text, "caller=") / callers;
    const std::size_t per_worker = series(text, "worker=") / workers;
    const std::size_t all = series(text, "");
    const std::size_t fixed = all - routes * per_route - deployments * per_deployment -
                              callers * per_caller - workers * per_worker;

    std::ifstream file(SPILLWAY_DOCS "/metrics.md");
    const std::string document{std::istreambuf_iterator<char>(file), {}};
    // Nine of a deployment, two of a route (but not of `_other`) and twelve of the
    // fixed ones come from the admin pages: live state.
    const std::string formula = "routes x " + std::to_string(per_route + 2) + " + deployments x " +
                                std::to_string(per_deployment + 9) + " + callers x " +
                                std::to_string(per_caller) + " + workers x " +
                                std::to_string(per_worker) + " + " + std::to_string(fixed + 12 - 2);
    EXPECT_NE(document.find(formula), std::string::npos) << formula;
}

TEST(Collector, CannotBeMadeToGrowByStatuses) {
    CellRegistry cells(1);
    const std::size_t before = series(scrape(cells), "");
    RouteCells& route = cells.route(0, "r");
    const std::size_t known = series(scrape(cells), "") - before;
    for (int status = 0; status < 1000; ++status) {
        route.requests[0][status_slot(status)][0].add();
    }

    EXPECT_LE(series(scrape(cells), "") - before, known + status_slots);
}

}  // namespace
}  // namespace spillway
