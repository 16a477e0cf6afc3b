#include "telemetry/catalogue.hpp"

#include "telemetry/instruments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

namespace spillway {
namespace {

std::string kind_word(MetricKind kind) {
    switch (kind) {
        case MetricKind::counter: return "counter";
        case MetricKind::gauge: return "gauge";
        case MetricKind::histogram: break;
    }
    return "histogram";
}

std::string labels_in_code(std::string_view labels) {
    std::string out;
    for (const char c : labels) {
        out += out.empty() ? "`" : "";
        out += c == ',' ? std::string("`, `") : std::string(1, c);
    }
    return out.empty() ? out : out + "`";
}

std::string documented(const MetricRow& metric) {
    return "| `" + std::string(metric.name) + "` | " + kind_word(metric.kind) + " | " +
           labels_in_code(metric.labels) + " | " + std::string(metric.help) + " | " +
           std::string(metric.source) + " |\n";
}

TEST(Catalogue, FollowsTheNamingRulesOfPrometheus) {
    for (const MetricRow& metric : catalogue()) {
        const std::string name(metric.name);
        EXPECT_TRUE(name.starts_with("spillway_") || name.starts_with("process_")) << name;
        EXPECT_EQ(name.ends_with("_total"), metric.kind == MetricKind::counter) << name;
        EXPECT_EQ(metric.help.find_first_of("\n\\"), std::string::npos) << name;
        EXPECT_TRUE(metric.help.ends_with('.')) << name;
    }
}

TEST(Catalogue, NamesEveryMetricOnce) {
    std::set<std::string_view> names;
    for (const MetricRow& metric : catalogue()) { names.insert(metric.name); }

    EXPECT_EQ(names.size(), catalogue().size());
}

TEST(Catalogue, GivesHistogramsAndNothingElseBounds) {
    for (const MetricRow& metric : catalogue()) {
        const auto bounds = histogram_bounds(metric.metric);
        EXPECT_EQ(!bounds.empty(), metric.kind == MetricKind::histogram) << metric.name;
        EXPECT_LE(bounds.size(), Histogram::buckets_max) << metric.name;
        EXPECT_TRUE(std::ranges::is_sorted(bounds)) << metric.name;
    }
}

TEST(Catalogue, IsWhatTheDocumentSays) {
    std::ifstream file(SPILLWAY_DOCS "/metrics.md");
    const std::string document{std::istreambuf_iterator<char>(file), {}};
    std::string table;
    for (const MetricRow& metric : catalogue()) { table += documented(metric); }

    EXPECT_NE(document.find(table), std::string::npos)
        << "docs/metrics.md has to contain exactly these rows:\n"
        << table;
}

}  // namespace
}  // namespace spillway
