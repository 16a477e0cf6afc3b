#include "tools/subject.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(Subject, LetsThePathsDeploymentWin) {
    Question question;
    question.path = "/openai/deployments/by-path/chat/completions?api-version=2024-10-21";
    question.body = R"({"model": "by-body", "max_tokens": 7, "messages": []})";
    const auto subject = subject_of(question);

    ASSERT_TRUE(subject) << subject.error();
    EXPECT_EQ(subject->model, "by-path");
    EXPECT_EQ(subject->api_version, "2024-10-21");
    EXPECT_EQ(subject->seen.output_bound, 7);
}

TEST(Subject, CountsAnEstimateOnceOnly) {
    Question question;
    question.model = "m";
    question.estimated_tokens = 1000;

    EXPECT_EQ(subject_of(question)->seen.estimate(Operation::chat_completions, 256), 1000);
}

TEST(Subject, RefusesAsTheDataPathDoes) {
    Question wrong_path;
    wrong_path.path = "/v2/chat";
    Question twice;
    twice.body = R"({"model": "a", "model": "b"})";

    EXPECT_EQ(subject_of(wrong_path)->refused->status, 404);
    EXPECT_EQ(subject_of(twice)->refused->code, "duplicate_key");
}

TEST(Subject, AsksForWhatIsMissingAndAgainstWhatIsDouble) {
    Question no_model;
    Question no_operation;
    no_operation.model = "m";
    no_operation.operation = "chat";
    Question two_operations;
    two_operations.path = "/v1/embeddings";
    two_operations.operation = "embeddings";
    Question two_models;
    two_models.model = "m";
    two_models.body = "{}";
    Question two_counts;
    two_counts.model = "m";
    two_counts.estimated_tokens = 1;
    two_counts.max_tokens = 1;

    for (const Question& question :
         {no_model, no_operation, two_operations, two_models, two_counts}) {
        EXPECT_FALSE(subject_of(question)) << to_json(question);
    }
}

}  // namespace
}  // namespace spillway
