#include "spillway/policy/price.hpp"

#include "spillway/random.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace spillway {
namespace {

// 2.50, 1.25 and 10 per million tokens.
constexpr Price gpt_4o{2'500'000, 1'250'000, 10'000'000};

Usage used(Tokens input, Tokens cached, Tokens output) {
    Usage usage;
    usage.input = input;
    usage.cached_input = cached;
    usage.output = output;
    return usage;
}

TEST(Cost, IsWhatThePriceListSaysOfAMillionTokens) {
    EXPECT_EQ(cost(used(1'000'000, 0, 0), gpt_4o), 2'500'000'000);
    EXPECT_EQ(cost(used(0, 0, 1'000'000), gpt_4o), 10 * money_unit);
    EXPECT_EQ(cost(used(1'000'000, 1'000'000, 0), gpt_4o), 1'250'000'000);
}

TEST(Cost, ChargesCachedInputItsOwnPriceInsteadOfTheOther) {
    // 200 x 2.50 + 800 x 1.25 + 50 x 10, per million.
    EXPECT_EQ(cost(used(1000, 800, 50), gpt_4o), 500'000 + 1'000'000 + 500'000);
}

TEST(Cost, CountsReasoningAsOutputOnce) {
    Usage usage = used(0, 0, 100);
    usage.reasoning_output = 90;

    EXPECT_EQ(cost(usage, gpt_4o), cost(used(0, 0, 100), gpt_4o));
}

TEST(Cost, KeepsWhatOneTokenOfACheapModelCosts) {
    const Price embeddings{20'000, 20'000, 0};  // 0.02 per million

    EXPECT_EQ(cost(used(1, 0, 0), embeddings), 20);
}

TEST(Cost, RoundsHalfABillionthUp) {
    EXPECT_EQ(cost(used(1, 0, 0), Price{499, 0, 0}), 0);
    EXPECT_EQ(cost(used(1, 0, 0), Price{500, 0, 0}), 1);
    EXPECT_EQ(cost(used(3, 0, 0), Price{500, 0, 0}), 2);
}

TEST(Cost, TakesNonsenseForTheNearestPossible) {
    EXPECT_EQ(cost(used(-5, -5, -5), gpt_4o), 0);
    EXPECT_EQ(cost(used(10, 1000, 0), gpt_4o), cost(used(10, 10, 0), gpt_4o));
    EXPECT_GT(cost(used(INT64_MAX, 0, INT64_MAX), Price{Price::max, 0, Price::max}), 0);
}

// Whatever a request is made of, no more than half a billionth is lost or won.
TEST(Cost, IsWithinHalfABillionthOfTheExactSum) {
    constexpr std::uint64_t seed = 20'261'126;
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    Rng rng(seed);
    for (int i = 0; i < 10'000; ++i) {
        const auto up_to = [&rng](std::uint64_t most) {
            return static_cast<std::int64_t>(rng.next() % most);
        };
        const Price price{up_to(100'000'000), up_to(100'000'000), up_to(100'000'000)};
        const Usage usage = used(1'000'000 + up_to(1'000'000), up_to(1'000'000), up_to(200'000));
        const std::int64_t picos = (usage.input - usage.cached_input) * price.input +
                                   usage.cached_input * price.cached_input +
                                   usage.output * price.output;
        const std::int64_t error = cost(usage, price) * 1000 - picos;
        ASSERT_LE(error, 500);
        ASSERT_GT(error, -500);
    }
}

}  // namespace
}  // namespace spillway
