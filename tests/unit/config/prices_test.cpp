#include "spillway/policy/price.hpp"

#include "config/diff.hpp"
#include "unit/config/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string priced(const std::string& price, const std::string& more = {}) {
    return R"(listen: 127.0.0.1:8080
resources: {east: {endpoint: "https://127.0.0.1"}}
prices: {gpt-4o: )" +
           price + R"(}
deployments: {chat-east: {resource: east, price: gpt-4o}}
routes: {gpt-4o: {tiers: [[chat-east]]}}
)" + more;
}

TEST(Prices, AreReadExactly) {
    const LoadedConfig loaded = load(priced("{input: 2.50, cached_input: 0.000001, output: 10}"));

    ASSERT_TRUE(loaded.config) << describe_all(loaded, "t", "");
    EXPECT_EQ(loaded.config->prices[0].price, (Price{2'500'000, 1, 10'000'000}));
    EXPECT_EQ(loaded.config->deployments[0].price, 0U);
    EXPECT_EQ(loaded.config->currency, "USD");
}

TEST(Prices, OfCachedInputAreThoseOfInputUnlessWritten) {
    EXPECT_EQ(load(priced("{input: 0.02}")).config->prices[0].price, (Price{20'000, 20'000, 0}));
    EXPECT_EQ(load(priced("{input: 2, cached_input: 0}")).config->prices[0].price.cached_input, 0);
}

TEST(Prices, AreRefusedWithTheSpellingThatIsMeant) {
    const auto complaint = [](const std::string& price) {
        const std::string yaml = priced(price);
        return describe_all(load(yaml), "t", yaml);
    };

    EXPECT_THAT(complaint("{input: 2.5 USD}"), HasSubstr("write 2.5"));
    EXPECT_THAT(complaint("{input: -1}"), HasSubstr("an amount such as 10, 2.50 or 0.075"));
    EXPECT_THAT(complaint("{input: 0.0000001}"), HasSubstr("at most six decimals"));
    EXPECT_THAT(complaint("{input: 1000001}"), HasSubstr("between 0 and 1000000"));
    EXPECT_THAT(complaint("{output: 1}"), HasSubstr("input"));
    EXPECT_THAT(complaint("{input: 1, cached: 1}"), HasSubstr("cached_input"));
}

TEST(Prices, AreInACurrencyOfThreeLetters) {
    const std::string wrong = priced("{input: 1}", "currency: dollars\n");

    EXPECT_EQ(load(priced("{input: 1}", "currency: EUR\n")).config->currency, "EUR");
    EXPECT_THAT(describe_all(load(wrong), "t", wrong), HasSubstr("three capital letters"));
}

TEST(Prices, ThatNoDeploymentHasAreAWarning) {
    const std::string yaml = priced("{input: 1}, spare: {input: 1}");
    const LoadedConfig loaded = load(yaml);

    ASSERT_TRUE(loaded.config);
    EXPECT_THAT(describe_all(loaded, "t", yaml), HasSubstr("no deployment has it"));
}

TEST(Prices, ShowInADiff) {
    const auto with = [](const std::string& price) { return *load(priced(price)).config; };

    EXPECT_THAT(diff(with("{input: 2.50, cached_input: 1}"),
                     with("{input: 2.25, cached_input: 1}")),
                ElementsAre("~ price gpt-4o: input 2.5 -> 2.25"));
}

TEST(Ledger, CannotMoveWithoutARestart) {
    const Config before = *load(priced("{input: 1}")).config;
    const Config after = *load(priced("{input: 1}", "ledger: {path: /tmp/other.db}\n")).config;

    EXPECT_THAT(needing_restart(before, after), ElementsAre("ledger.path"));
}

}  // namespace
}  // namespace spillway
