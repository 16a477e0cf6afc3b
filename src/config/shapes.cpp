#include "config/shapes.hpp"

#include "config/suggest.hpp"

#include <algorithm>

namespace spillway {

namespace {

Complaint outside(const std::string& min, const std::string& max) {
    return {"has to be between " + min + " and " + max, {}};
}

}  // namespace

Shape amount(Unit unit, AmountRange range, std::int64_t fallback,
             std::function<void(std::int64_t)> keep) {
    Scalar scalar;
    if (unit == Unit::money) {
        constexpr double steps_per_unit = 1e6;
        scalar.type = Scalar::Type::number;
        scalar.range = {static_cast<double>(range.min) / steps_per_unit,
                        static_cast<double>(range.max) / steps_per_unit};
    } else if (unit != Unit::duration) {
        scalar.type = Scalar::Type::whole_number;
        scalar.range = {static_cast<double>(range.min), static_cast<double>(range.max)};
    }
    scalar.words = words_for(unit);
    scalar.pattern = unit == Unit::plain ? std::string{} : std::string(pattern_for(unit));
    scalar.fallback = format_amount(fallback, unit);
    scalar.store = [unit, range,
                    keep = std::move(keep)](std::string_view written) -> std::optional<Complaint> {
        const auto value = parse_amount(written, unit);
        if (!value) { return value.error(); }
        if (*value < range.min || *value > range.max) {
            return outside(format_amount(range.min, unit), format_amount(range.max, unit));
        }
        keep(*value);
        return std::nullopt;
    };
    return Shape(std::move(scalar));
}

Shape ratio(double& field, double min, double max) {
    Scalar scalar;
    scalar.type = Scalar::Type::number;
    scalar.words = "a number such as 0.5";
    scalar.range = {min, max};
    scalar.fallback = format_ratio(field);
    scalar.store = [&field, min, max](std::string_view written) -> std::optional<Complaint> {
        const auto value = parse_ratio(written);
        if (!value) { return value.error(); }
        if (*value < min || *value > max) { return outside(format_ratio(min), format_ratio(max)); }
        field = *value;
        return std::nullopt;
    };
    return Shape(std::move(scalar));
}

Shape flag(bool& field) {
    Scalar scalar;
    scalar.type = Scalar::Type::flag;
    scalar.words = "true or false";
    scalar.fallback = field ? "true" : "false";
    scalar.store = [&field](std::string_view written) -> std::optional<Complaint> {
        const auto value = parse_flag(written);
        if (!value) { return value.error(); }
        field = *value;
        return std::nullopt;
    };
    return Shape(std::move(scalar));
}

Shape text(std::string& field, std::string words) {
    Scalar scalar;
    scalar.words = std::move(words);
    scalar.fallback = field;
    scalar.store = [&field](std::string_view written) -> std::optional<Complaint> {
        field = written;
        return std::nullopt;
    };
    return Shape(std::move(scalar));
}

Shape name(std::string& field, NameRule rule) {
    return parsed("a name", std::string(pattern_for(rule)),
                  [&field, rule](std::string_view written) -> std::optional<Complaint> {
                      if (!is_name(written, rule)) { return refuse_name(written, rule); }
                      field = written;
                      return std::nullopt;
                  });
}

Shape choice_of(std::vector<std::string> names, std::size_t fallback,
                std::function<void(std::size_t)> keep) {
    Scalar scalar;
    scalar.words = "one of " + listed(names);
    scalar.fallback = names[fallback];
    scalar.choices = names;
    scalar.store = [names = std::move(names),
                    keep = std::move(keep)](std::string_view written) -> std::optional<Complaint> {
        const auto found = std::find(names.begin(), names.end(), written);
        if (found == names.end()) {
            return Complaint{"has to be one of " + listed(names),
                             nearest_name(written, names).empty() ? std::string{}
                                                                  : did_you_mean(written, names)};
        }
        keep(static_cast<std::size_t>(found - names.begin()));
        return std::nullopt;
    };
    return Shape(std::move(scalar));
}

Shape reference_to(std::vector<std::string> names, const std::string& section,
                   std::function<void(std::size_t)> keep) {
    return parsed("a name under `" + section + "`", std::string(pattern_for(NameRule::plain)),
                  [names = std::move(names), section,
                   keep = std::move(keep)](std::string_view written) -> std::optional<Complaint> {
                      const auto found = std::find(names.begin(), names.end(), written);
                      if (found == names.end()) {
                          return Complaint{
                              "there is no `" + std::string(written) + "` under `" + section + "`",
                              did_you_mean(written, names)};
                      }
                      keep(static_cast<std::size_t>(found - names.begin()));
                      return std::nullopt;
                  });
}

Shape map_of(std::function<std::vector<Row>()> rows) {
    Shape shape;
    shape.map = std::move(rows);
    return shape;
}

Shape one_of(std::function<std::vector<Row>()> rows) {
    Shape shape = map_of(std::move(rows));
    shape.one_key = true;
    return shape;
}

Shape named(NameRule names, std::function<Shape(const std::string& name)> entry) {
    Shape shape;
    shape.names = names;
    shape.entry = std::move(entry);
    return shape;
}

Shape list_of(std::function<Shape()> item) {
    Shape shape;
    shape.item = std::move(item);
    return shape;
}

}  // namespace spillway
