#include "wire/model_splice.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

std::string spliced(const std::string& body, const Inspection& seen) {
    const SplicedBody pieces = splice_model(body, seen, R"("ours")");
    std::string whole(pieces.before);
    whole.append(pieces.inserted).append(pieces.after);
    EXPECT_EQ(pieces.size(), whole.size());
    return whole;
}

TEST(ModelSplice, ReplacesTheModelAndNothingElse) {
    Inspection seen;
    seen.model_offset = 11;
    seen.model_length = 8;

    EXPECT_EQ(spliced(R"({ "model": "theirs" , "n":1})", seen), R"({ "model": "ours" , "n":1})");
}

TEST(ModelSplice, AddsAModelWhereThereIsNone) {
    EXPECT_EQ(spliced(R"( {"n":1})", {}), R"( {"model":"ours","n":1})");
    EXPECT_EQ(spliced("{ \n}", {}), "{\"model\":\"ours\" \n}");
    EXPECT_EQ(spliced("{}", {}), R"({"model":"ours"})");
}

}  // namespace
}  // namespace spillway
