#include "telemetry/exposition.hpp"

#include <prometheus/text_serializer.h>

#include <utility>

namespace spillway {

namespace {

prometheus::MetricType type_of(MetricKind kind) {
    switch (kind) {
        case MetricKind::counter: return prometheus::MetricType::Counter;
        case MetricKind::gauge: return prometheus::MetricType::Gauge;
        case MetricKind::histogram: break;
    }
    return prometheus::MetricType::Histogram;
}

/// The first of the comma-separated `names`, which loses it.
std::string_view next_name(std::string_view& names) {
    const std::size_t comma = names.find(',');
    const std::string_view name = names.substr(0, comma);
    names = comma == std::string_view::npos ? std::string_view{} : names.substr(comma + 1);
    return name;
}

}  // namespace

void HistogramSum::add(const Histogram& histogram) noexcept {
    for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) {
        counts[i] += histogram.bucket(i);
    }
    sum_seconds += histogram.sum_seconds();
}

Exposition::Exposition() {
    for (const MetricRow& row : catalogue()) {
        families_.push_back({std::string(row.name), std::string(row.help), type_of(row.kind), {}});
    }
}

prometheus::ClientMetric& Exposition::new_series(Metric metric, LabelValues labels) {
    prometheus::ClientMetric& series = families_[static_cast<std::size_t>(metric)]
                                           .metric.emplace_back();
    std::string_view names = row(metric).labels;
    for (const std::string_view value : labels) {
        series.label.push_back({std::string(next_name(names)), std::string(value)});
    }
    return series;
}

void Exposition::add(Metric metric, LabelValues labels, double value) {
    prometheus::ClientMetric& series = new_series(metric, labels);
    series.counter.value = value;
    series.gauge.value = value;
}

void Exposition::add(Metric metric, LabelValues labels, std::uint64_t value) {
    add(metric, labels, static_cast<double>(value));
}

void Exposition::add(Metric metric, LabelValues labels, const HistogramSum& sum) {
    const std::span<const double> bounds = histogram_bounds(metric);
    auto& histogram = new_series(metric, labels).histogram;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        below += sum.counts[i];
        histogram.bucket.push_back({below, bounds[i]});
    }
    // The serializer adds the bucket +Inf from the count.
    histogram.sample_count = below + sum.counts[bounds.size()];
    histogram.sample_sum = sum.sum_seconds;
}

std::vector<prometheus::MetricFamily> Exposition::families() && {
    std::erase_if(families_, [](const auto& family) { return family.metric.empty(); });
    return std::move(families_);
}

std::string exposition_text(const std::vector<prometheus::MetricFamily>& families) {
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace spillway
