#include "wire/upstream_target.hpp"

#include "wire/api_path.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using enum Operation;

TEST(UpstreamTarget, BuildsEachForm) {
    using Form = UpstreamForm;
    EXPECT_EQ(upstream_target(Form::azure, chat_completions, {"gpt-4o", "", "2024-10-21"}),
              "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21");
    EXPECT_EQ(upstream_target(Form::azure, embeddings, {"e", "/prefix", "v"}),
              "/prefix/openai/deployments/e/embeddings?api-version=v");
    EXPECT_EQ(upstream_target(Form::azure, responses, {"d", "", "2025-03-01-preview"}),
              "/openai/responses?api-version=2025-03-01-preview");
    EXPECT_EQ(upstream_target(Form::azure, models_list, {"", "/prefix", "v"}),
              "/prefix/openai/models?api-version=v");
    EXPECT_EQ(upstream_target(Form::azure_v1, responses, {"d", "", ""}), "/openai/v1/responses");
    EXPECT_EQ(upstream_target(Form::azure_v1, models_list, {}), "/openai/v1/models");
    EXPECT_EQ(upstream_target(Form::azure_v1, completions, {"d", "", "preview"}),
              "/openai/v1/completions?api-version=preview");
    EXPECT_EQ(upstream_target(Form::openai, chat_completions, {"d", "/v1", "2024-10-21"}),
              "/v1/chat/completions");
    EXPECT_EQ(upstream_target(Form::openai, models_list, {"", "", ""}), "/models");
}

TEST(UpstreamTarget, EscapesWhateverCouldLeaveItsPlace) {
    EXPECT_EQ(upstream_target(UpstreamForm::azure, embeddings,
                              {"my dep/../x?#%\r\n\xC3", "", "1&a=b"}),
              "/openai/deployments/my%20dep%2F..%2Fx%3F%23%25%0D%0A%C3/embeddings"
              "?api-version=1%26a%3Db");
}

TEST(UpstreamTarget, IsReadBackAsTheSameOperationAndDeployment) {
    for (const Operation operation : {chat_completions, completions, embeddings}) {
        const auto target = upstream_target(UpstreamForm::azure, operation, {"my dep", "", "v1"});
        const auto read = parse_api_path(Method::post, target, Upgrade::none);

        ASSERT_TRUE(std::holds_alternative<ApiPath>(read)) << target;
        EXPECT_EQ(std::get<ApiPath>(read).operation, operation);
        EXPECT_EQ(std::get<ApiPath>(read).deployment, "my dep");
        EXPECT_EQ(std::get<ApiPath>(read).api_version, "v1");
    }
}

}  // namespace
}  // namespace spillway
