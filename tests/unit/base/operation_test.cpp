#include "spillway/operation.hpp"

#include <gtest/gtest.h>

#include <set>

namespace spillway {
namespace {

TEST(Operation, HasANameOfItsOwnEach) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < operation_count; ++i) {
        names.insert(name(static_cast<Operation>(i)));
    }
    EXPECT_EQ(names.size(), operation_count);
    EXPECT_FALSE(names.contains(""));
}

TEST(Operation, IsNamedByItsPath) {
    EXPECT_EQ(name(Operation::chat_completions), "chat/completions");
    EXPECT_EQ(name(Operation::models_list), "models");
}

TEST(Operation, OnlyTheModelsAreAnsweredHere) {
    EXPECT_TRUE(is_inference(Operation::responses));
    EXPECT_FALSE(is_inference(Operation::models_list));
    EXPECT_FALSE(is_inference(Operation::models_get));
}

}  // namespace
}  // namespace spillway
