#include "wire/api_path.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {
namespace {

using Answer = std::variant<ApiPath, PathError>;

Answer parse(Method method, std::string_view target) {
    return parse_api_path(method, target, Upgrade::none);
}

/// Status of the refusal; 0 when the path was accepted.
int refusal(const Answer& answer) {
    const auto* const error = std::get_if<PathError>(&answer);
    return error == nullptr ? 0 : error->status;
}

struct Row {
    const char* name;
    Method method;
    std::string_view target;
    Operation operation;
    Surface surface;
    std::string_view deployment{};
    std::string_view api_version{};
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class AcceptSurface : public testing::TestWithParam<Row> {};

TEST_P(AcceptSurface, IsUnderstood) {
    const Row& row = GetParam();
    const Answer answer = parse(row.method, row.target);

    const auto* const path = std::get_if<ApiPath>(&answer);
    ASSERT_NE(path, nullptr) << std::get<PathError>(answer).message;
    EXPECT_EQ(path->operation, row.operation);
    EXPECT_EQ(path->surface, row.surface);
    EXPECT_EQ(path->deployment, row.deployment);
    EXPECT_EQ(path->api_version, row.api_version);
}

using enum Operation;

// azure-protocol.md §1.2 and field-notes.md §5: what SDKs and CLIs were seen to send.
const std::vector<Row> accepted = {
    {"OpenAiChat", Method::post, "/v1/chat/completions", chat_completions, Surface::openai},
    {"OpenAiCompletions", Method::post, "/v1/completions", completions, Surface::openai},
    {"OpenAiEmbeddings", Method::post, "/v1/embeddings", embeddings, Surface::openai},
    {"OpenAiResponses", Method::post, "/v1/responses", responses, Surface::openai},
    {"OpenAiModels", Method::get, "/v1/models", models_list, Surface::openai},
    {"OpenAiModel", Method::get, "/v1/models/gpt-4o", models_get, Surface::openai, "gpt-4o"},
    {"ModelsByHead", Method::head, "/v1/models", models_list, Surface::openai},
    {"CodexModels", Method::get, "/v1/models?client_version=0.169.0", models_list, Surface::openai},
    {"BareChat", Method::post, "/chat/completions", chat_completions, Surface::openai},
    {"BareResponses", Method::post, "/responses", responses, Surface::openai},
    {"BareModels", Method::get, "/models", models_list, Surface::openai},
    {"TrailingSlash", Method::post, "/v1/chat/completions/", chat_completions, Surface::openai},
    {"DoubledSlash", Method::post, "/v1//chat/completions", chat_completions, Surface::openai},
    {"ClassicChat", Method::post,
     "/openai/deployments/gpt-4o-prod/chat/completions?api-version=2024-10-21", chat_completions,
     Surface::azure, "gpt-4o-prod", "2024-10-21"},
    {"ClassicWithoutApiVersion", Method::post, "/openai/deployments/d/chat/completions",
     chat_completions, Surface::azure, "d"},
    {"ClassicCompletions", Method::post, "/openai/deployments/d/completions?api-version=x",
     completions, Surface::azure, "d", "x"},
    {"ClassicEmbeddings", Method::post, "/openai/deployments/d/embeddings?api-version=x",
     embeddings, Surface::azure, "d", "x"},
    {"OldSdkDoubleSlash", Method::post, "//openai/deployments/x/chat/completions?api-version=y",
     chat_completions, Surface::azure, "x", "y"},
    {"DeploymentWithBlank", Method::post, "/openai/deployments/my%20dep/chat/completions",
     chat_completions, Surface::azure, "my dep"},
    {"DeploymentCalledV1", Method::post, "/openai/deployments/v1/chat/completions",
     chat_completions, Surface::azure, "v1"},
    {"DeploymentCalledModels", Method::post, "/openai/deployments/models/embeddings", embeddings,
     Surface::azure, "models"},
    {"OldSdkResponsesBelowDeployment", Method::post, "/openai/deployments/d/responses", responses,
     Surface::azure, "d"},
    {"OldSdkModelsBelowDeployment", Method::get, "/openai/deployments/d/models?api-version=x",
     models_list, Surface::azure, "d", "x"},
    {"ClassicResponses", Method::post, "/openai/responses?api-version=2025-03-01-preview",
     responses, Surface::azure, "", "2025-03-01-preview"},
    {"AiSdkResponses", Method::post, "/openai/responses", responses, Surface::azure},
    {"ClassicModels", Method::get, "/openai/models?api-version=2024-10-21", models_list,
     Surface::azure, "", "2024-10-21"},
    {"ClassicChatByBody", Method::post, "/openai/chat/completions?api-version=x", chat_completions,
     Surface::azure, "", "x"},
    {"V1Chat", Method::post, "/openai/v1/chat/completions", chat_completions, Surface::azure_v1},
    {"V1ChatPreview", Method::post, "/openai/v1/chat/completions?api-version=preview",
     chat_completions, Surface::azure_v1, "", "preview"},
    {"V1Responses", Method::post, "/openai/v1/responses", responses, Surface::azure_v1},
    {"V1Models", Method::get, "/openai/v1/models", models_list, Surface::azure_v1},
    {"V1Model", Method::get, "/openai/v1/models/gpt-4o", models_get, Surface::azure_v1, "gpt-4o"},
    {"ApiVersionAmongOthers", Method::post,
     "/openai/responses?api-key=k&xapi-version=1&api-version=2&api-version=3", responses,
     Surface::azure, "", "2"},
};

INSTANTIATE_TEST_SUITE_P(Sdks, AcceptSurface, testing::ValuesIn(accepted),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(ApiPath, KeepsTheQueryWithoutItsQuestionMark) {
    const Answer answer = parse(Method::post, "/v1/responses?api-key=k&x=?y");
    EXPECT_EQ(std::get<ApiPath>(answer).query, "api-key=k&x=?y");
    EXPECT_EQ(query_value("api-key=k&x=?y", "api-key"), "k");
    EXPECT_EQ(query_value("api-key=k&x=?y", "x"), "?y");
    EXPECT_EQ(query_value("api-key&x=1", "api-key"), "");
    EXPECT_EQ(query_value("", "x"), "");
}

TEST(ApiPath, LetsNoEscapeOutOfADeploymentName) {
    constexpr std::string_view names[] = {"a%2Fb", "a%2fb",   "%2e%2e", "%2E",  "a%5Cb", "a%5cb",
                                          "a%00",  "a%252Fb", "a%2",    "a%",   "a%zz",  "a%0d%0a",
                                          "a%7F",  "a%C3%A9", "%C0%AE", "a%25", "a\\b",  ".",
                                          "..",    "%2e.",    "a%1B",   "a%80"};
    std::size_t escapes = 0;
    for (const auto name : names) {
        const std::string target = "/openai/deployments/" + std::string{name} + "/chat/completions";
        const int status = refusal(parse(Method::post, target));
        EXPECT_EQ(status, 400) << name;
        if (status == 0) { ++escapes; }
    }
    std::printf("P-10 %zu escapes 0 %s\n", escapes, escapes == 0 ? "PASS" : "FAIL");
}

TEST(ApiPath, RefusesDotSegmentsAndBrokenEscapesAnywhere) {
    EXPECT_EQ(refusal(parse(Method::post, "/v1/../v1/chat/completions")), 400);
    EXPECT_EQ(refusal(parse(Method::post, "/v1/./chat/completions")), 400);
    EXPECT_EQ(refusal(parse(Method::post, "/v1/chat/completions/..")), 400);
    EXPECT_EQ(refusal(parse(Method::post, "/v1/chat%2Fcompletions")), 400);
    EXPECT_EQ(refusal(parse(Method::get, "/v1/models/a%2Fb")), 400);
    EXPECT_EQ(refusal(parse(Method::post, "/v1/chat/completions%")), 400);
}

TEST(ApiPath, BoundsADeploymentName) {
    const auto target = [](std::size_t length) {
        return "/openai/deployments/" + std::string(length, 'd') + "/embeddings";
    };
    EXPECT_EQ(refusal(parse(Method::post, target(128))), 0);
    EXPECT_EQ(refusal(parse(Method::post, target(129))), 400);
}

TEST(ApiPath, RefusesAnApiVersionThatIsMoreThanOne) {
    EXPECT_EQ(refusal(parse(Method::post, "/openai/responses?api-version=a/b")), 400);
    EXPECT_EQ(refusal(parse(Method::post, "/openai/responses?api-version=%0d")), 400);
    EXPECT_EQ(refusal(parse(Method::post, "/openai/responses?api-version=" + std::string(33, '1'))),
              400);
    EXPECT_EQ(refusal(parse(Method::post, "/openai/responses?api-version=")), 0);
}

TEST(ApiPath, SaysWhereTheApiIsWhenThePathIsUnknown) {
    const Answer answer = parse(Method::post, "/chat/completion?api-key=secret");
    const auto& error = std::get<PathError>(answer);

    EXPECT_EQ(error.status, 404);
    EXPECT_EQ(error.code, "unknown_url");
    EXPECT_TRUE(error.message.starts_with("You sent POST /chat/completion, ")) << error.message;
    EXPECT_NE(error.message.find("Did you mean /v1/chat/completions?"), std::string::npos);
    EXPECT_NE(error.message.find("Set base_url to http://<this host>/v1"), std::string::npos);
    EXPECT_EQ(error.message.find("secret"), std::string::npos);
}

TEST(ApiPath, NamesTheAddressThatTheCallerKnows) {
    const Answer answer = parse_api_path(Method::post, "/chat", Upgrade::none,
                                         {"https", "llm.example:8443"});
    const std::string& message = std::get<PathError>(answer).message;

    EXPECT_NE(message.find("Set base_url to https://llm.example:8443/v1 "), std::string::npos);
    EXPECT_NE(message.find("azure_endpoint to https://llm.example:8443 "), std::string::npos);
}

TEST(ApiPath, GuessesWhatWasMeant) {
    struct Guess {
        std::string_view target;
        std::string_view meant;  ///< empty: no guess
    };
    constexpr Guess guesses[] = {
        {"/api/v1/chat/completions", "chat/completions"},
        {"/v1/chat", "chat/completions"},
        {"/v1/chat/completions/chat/completions", "chat/completions"},
        {"/openai/deployments/d/chat", "chat/completions"},
        {"/v1/embedding", "embeddings"},
        {"/v1/responses/resp_1", "responses"},
        {"/v1/model", "models"},
        {"/v2/completions", "completions"},
        {"/", ""},
        {"/v1", ""},
        {"/v1/images/generations", ""},
        {"/favicon.ico", ""},
    };
    for (const auto& [target, meant] : guesses) {
        const Answer answer = parse(Method::post, target);
        ASSERT_EQ(refusal(answer), 404) << target;
        const std::string& message = std::get<PathError>(answer).message;
        const std::string guess = "Did you mean /v1/" + std::string{meant} + "?";
        EXPECT_EQ(message.find("Did you mean") != message.npos, !meant.empty()) << message;
        if (!meant.empty()) { EXPECT_NE(message.find(guess), message.npos) << message; }
    }
}

TEST(ApiPath, DoesNotEchoAnEndlessPath) {
    const Answer answer = parse(Method::post, "/" + std::string(10'000, 'x'));
    ASSERT_EQ(refusal(answer), 404);
    EXPECT_LT(std::get<PathError>(answer).message.size(), 500U);
    EXPECT_EQ(refusal(parse(Method::post, "/a/b/c/d/e/f/g/h/i/j")), 404);
}

TEST(ApiPath, NamesTheMethodThatIsAllowed) {
    const Answer get_chat = parse(Method::get, "/v1/chat/completions");
    ASSERT_EQ(refusal(get_chat), 405);
    EXPECT_EQ(std::get<PathError>(get_chat).allow, "POST");
    EXPECT_EQ(std::get<PathError>(get_chat).message,
              "You sent GET /v1/chat/completions. Use POST for chat/completions.");

    const Answer post_models = parse(Method::post, "/v1/models");
    ASSERT_EQ(refusal(post_models), 405);
    EXPECT_EQ(std::get<PathError>(post_models).allow, "GET, HEAD");
    EXPECT_EQ(refusal(parse(Method::options, "/v1/chat/completions")), 405);
    EXPECT_EQ(refusal(parse(Method::del, "/v1/models/gpt-4o")), 405);
}

TEST(ApiPath, SendsTheCodexWebSocketProbeBackWith426) {
    for (const std::string_view target :
         {"/v1/responses", "/responses", "/openai/v1/responses", "/openai/responses"}) {
        EXPECT_EQ(refusal(parse_api_path(Method::get, target, Upgrade::websocket)), 426) << target;
        EXPECT_EQ(refusal(parse_api_path(Method::get, target, Upgrade::none)), 405) << target;
        EXPECT_EQ(refusal(parse_api_path(Method::post, target, Upgrade::websocket)), 0) << target;
    }
    EXPECT_EQ(refusal(parse_api_path(Method::get, "/v1/chat/completions", Upgrade::websocket)),
              405);
    EXPECT_EQ(refusal(parse_api_path(Method::get, "/v1/realtime", Upgrade::websocket)), 404);
}

}  // namespace
}  // namespace spillway
