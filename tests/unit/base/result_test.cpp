#include "spillway/result.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <type_traits>

namespace spillway {
namespace {

// Every enumerator up to `last` has a name of its own; the first value behind it has none.
template <class Enum>
void expect_names(Enum last) {
    std::set<std::string_view> seen;
    const auto count = static_cast<unsigned>(last) + 1;
    for (unsigned value = 0; value < count; ++value) {
        const std::string_view word = name(static_cast<Enum>(value));
        EXPECT_NE(word, "unknown") << value;
        EXPECT_TRUE(seen.insert(word).second) << word;
    }
    EXPECT_EQ(name(static_cast<Enum>(count)), "unknown");
}

TEST(Result, EveryStageCauseAndOutcomeHasItsOwnName) {
    expect_names(Stage::caller);
    expect_names(Cause::unavailable);
    expect_names(Outcome::timeout);
}

TEST(Result, CountsAsManyOutcomesAsThereAre) {
    EXPECT_EQ(static_cast<std::size_t>(Outcome::timeout) + 1, outcome_count);
}

TEST(Failure, IsSafeToReplayUntilTheFirstByteIsSent) {
    for (const Stage stage : {Stage::resolve, Stage::connect, Stage::tls}) {
        EXPECT_TRUE((Failure{stage, Cause::timeout, {}}.never_sent())) << name(stage);
    }
    for (const Stage stage :
         {Stage::send, Stage::head, Stage::commit, Stage::stream, Stage::caller}) {
        EXPECT_FALSE((Failure{stage, Cause::timeout, {}}.never_sent())) << name(stage);
    }
}

TEST(Failure, TravelsWithoutACopyConstructor) {
    EXPECT_TRUE(std::is_trivially_copyable_v<Failure>);
    EXPECT_LE(sizeof(Failure), 32U);
}

}  // namespace
}  // namespace spillway
