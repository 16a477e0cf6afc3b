#include "config/interpolate.hpp"
#include "config/yaml_reader.hpp"
#include "unit/config/table.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

/// The value of `a` after interpolation, or the first error's message.
std::string expand(std::string_view value, const Variables& variables) {
    Issues issues;
    auto root = read_yaml("a: '" + std::string(value) + "'\n", issues);
    interpolate(*root, environment(variables), issues);
    return issues.has_errors() ? "error: " + issues.in_file_order().front().message
                               : root->find("a")->text;
}

TEST(Interpolate, FillsInVariablesAnywhereInAValue) {
    EXPECT_EQ(expand("x-${A}-${B}", {{"A", "1"}, {"B", "2"}}), "x-1-2");
}

TEST(Interpolate, TakesTheDefaultWhenAVariableIsUnsetOrEmpty) {
    EXPECT_EQ(expand("${A:-7}", {}), "7");
    EXPECT_EQ(expand("${A:-7}", {{"A", ""}}), "7");
    EXPECT_EQ(expand("${A:-7}", {{"A", "8"}}), "8");
    EXPECT_EQ(expand("${A:-}", {}), "");
}

TEST(Interpolate, AnUnsetVariableIsAnErrorAnEmptyOneIsNot) {
    EXPECT_EQ(expand("${A}", {}), "error: the environment variable A is not set");
    EXPECT_EQ(expand("${A}", {{"A", ""}}), "");
}

TEST(Interpolate, TwoDollarsAreOne) { EXPECT_EQ(expand("$$x $${A}", {{"A", "1"}}), "$x ${A}"); }

TEST(Interpolate, DoesNotExpandWhatAVariableHolds) {
    EXPECT_EQ(expand("${A}", {{"A", "${B}$$"}, {"B", "2"}}), "${B}$$");
}

TEST(Interpolate, RefusesEveryOtherDollar) {
    for (const char* value : {"$A", "a$", "${A", "${}", "${1A}", "${A-x}", "${A:?x}", "${A:+x}",
                              "${A:-${B}}", "${ A }"}) {
        EXPECT_TRUE(expand(value, {{"A", "1"}, {"B", "2"}}).starts_with("error: ")) << value;
    }
}

TEST(Interpolate, CannotAddStructure) {
    const LoadedConfig loaded = load_config("listen: 127.0.0.1:8080\nworkers: ${X}\n",
                                            environment({{"X", "1\nadmin: {listen: y}"}}));

    bool workers_refused = false;
    for (const ConfigIssue& issue : loaded.issues) {
        workers_refused |= issue.path == "workers";
        EXPECT_NE(issue.path, "admin.listen");
    }
    EXPECT_TRUE(workers_refused);
}

TEST(Interpolate, BoundsTheResult) {
    const std::string big(interpolated_bytes_max / 2 + 1, 'x');
    EXPECT_TRUE(expand("${A}${A}", {{"A", big}}).starts_with("error: longer than"));
    EXPECT_EQ(expand("${A}", {{"A", big}}), big);
}

}  // namespace
}  // namespace spillway
