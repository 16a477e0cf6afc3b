#include "config/field_groups.hpp"

#include "config/shapes.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

namespace {

/// It becomes a metric's label and part of sentences; three letters are what ISO 4217 has.
Shape currency(std::string& field) {
    Shape shape = parsed("a currency's three letters such as USD", "[A-Z]{3}",
                         [&field](std::string_view written) -> std::optional<Complaint> {
                             const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
                             if (written.size() != 3 || !is_letter(written[0]) ||
                                 !is_letter(written[1]) || !is_letter(written[2])) {
                                 return Complaint{"has to be three capital letters", "such as USD"};
                             }
                             field = written;
                             return std::nullopt;
                         });
    shape.scalar->fallback = field;
    return shape;
}

Shape price(Price& price) {
    return map_of([&price]() -> std::vector<Row> {
        const AmountRange range{0, Price::max};
        Shape cached = number(Unit::money, price.cached_input, range);
        cached.scalar->fallback.clear();  // as input
        return {
            {"input", "A million prompt tokens", number(Unit::money, price.input, range),
             Row::Presence::required},
            {"cached_input", "A million of them that were cached; absent: as input",
             std::move(cached)},
            {"output", "A million tokens of the answer, reasoning included",
             number(Unit::money, price.output, range)},
        };
    });
}

}  // namespace

std::vector<Row> ledger_rows(LedgerConfig& ledger) {
    return {{"path", "The file; otherwise ledger.db in $STATE_DIRECTORY or the working directory",
             text(ledger.path, "a file")}};
}

std::vector<Row> money_rows(Config& config) {
    return {
        {"currency", "Of prices and budgets; only a word, nothing is converted",
         currency(config.currency)},
        {"prices", "What tokens cost, by names that deployments refer to",
         named(NameRule::plain,
               [&config](const std::string& name) {
                   PriceConfig& entry = config.prices.emplace_back();
                   entry.name = name;
                   return price(entry.price);
               })},
        {"ledger", "Where spent budgets are kept between restarts",
         map_of([&config] { return ledger_rows(config.ledger); })},
    };
}

}  // namespace spillway
