// One row of the test plan (reliability.md §7) as a line on stdout and as an assertion at once, so
// that the published figure and the verdict cannot differ.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>

namespace spillway::testing {

enum class Bound { at_most, at_least, exactly };

struct PlanRow {
    const char* id;
    double value;
    const char* unit;
    Bound bound;
    double target;
};

/// Prints `ID value unit target PASS|FAIL`. Use as EXPECT_TRUE(holds({...})).
[[nodiscard]] inline ::testing::AssertionResult holds(const PlanRow& row) {
    const bool passed = row.bound == Bound::at_most    ? row.value <= row.target
                        : row.bound == Bound::at_least ? row.value >= row.target
                                                       : row.value == row.target;
    std::printf("%s %.6g %s %.6g %s\n", row.id, row.value, row.unit, row.target,
                passed ? "PASS" : "FAIL");
    std::fflush(stdout);
    if (passed) { return ::testing::AssertionSuccess(); }
    return ::testing::AssertionFailure()
           << row.id << ": " << row.value << ' ' << row.unit << ", target " << row.target;
}

}  // namespace spillway::testing
