// One scrape being put together, and its text. Separate so that whoever has a number to show
// (cells, the process, the fleet) needs the catalogue's name for it and nothing of Prometheus.
#pragma once

#include "telemetry/catalogue.hpp"
#include "telemetry/instruments.hpp"

#include <prometheus/metric_family.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// What several workers' histograms of one series add up to.
struct HistogramSum {
    std::array<std::uint64_t, Histogram::buckets_max + 1> counts{};
    double sum_seconds = 0;

    void add(const Histogram& histogram) noexcept;
};

/// Prometheus 3 refuses a scrape with any other spelling (field-notes.md §1.1).
inline constexpr std::string_view
    exposition_content_type = "text/plain; version=0.0.4; charset=utf-8";

class Exposition {
public:
    /// Values of the metric's labels, in the order of its row.
    using LabelValues = std::initializer_list<std::string_view>;

    Exposition();

    /// One series of a counter or gauge.
    void add(Metric metric, LabelValues labels, double value);
    void add(Metric metric, LabelValues labels, std::uint64_t value);
    /// One series of a histogram.
    void add(Metric metric, LabelValues labels, const HistogramSum& sum);

    /// Every metric that has a series, in the order of the catalogue.
    [[nodiscard]] std::vector<prometheus::MetricFamily> families() &&;

private:
    prometheus::ClientMetric& new_series(Metric metric, LabelValues labels);

    std::vector<prometheus::MetricFamily> families_;  // by Metric
};

/// Prometheus text format 0.0.4.
[[nodiscard]] std::string exposition_text(const std::vector<prometheus::MetricFamily>& families);

}  // namespace spillway
