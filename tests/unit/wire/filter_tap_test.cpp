#include "wire/filter_tap.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace spillway {
namespace {

using Of = FilterVerdict::Of;
using Verdicts = std::vector<FilterVerdict>;

struct Seen {
    Verdicts all;
    bool stopped = false;
};

Seen seen_by(const FilterTap& tap) {
    const auto all = tap.verdicts().all();
    return {Verdicts(all.begin(), all.end()), tap.verdicts().stopped()};
}

/// In pieces of every size: all have to say the same.
Seen in_json(std::string_view body) {
    FilterTap whole;
    whole.on_json(body);
    const Seen expected = seen_by(whole);
    for (std::size_t size = 1; size < body.size(); ++size) {
        FilterTap tap;
        for (std::size_t at = 0; at < body.size(); at += size) {
            tap.on_json(body.substr(at, size));
        }
        EXPECT_EQ(seen_by(tap).all, expected.all) << "pieces of " << size;
        EXPECT_EQ(seen_by(tap).stopped, expected.stopped) << "pieces of " << size;
    }
    return expected;
}

Seen in_events(const std::vector<std::string>& events) {
    FilterTap tap;
    for (const std::string& data : events) {
        SseEvent event;
        event.data = data;
        event.has_data = true;
        tap.on_event(event);
    }
    return seen_by(tap);
}

constexpr const char* answer =
    R"({"id":"x","choices":[{"index":0,)"
    R"("message":{"content":"He said \"content_filter_results\":{\"hate\":{\"filtered\":true}}"},)"
    R"()"
    R"("content_filter_results":{"hate":{"filtered":false,"severity":"safe"},)"
    R"("violence":{"filtered":false,"severity":"medium"}},"finish_reason":"stop"}],)"
    R"("prompt_filter_results":[{"prompt_index":0,)"
    R"("content_filter_results":{"jailbreak":{"filtered":false,"detected":true},)"
    R"("sexual":{"filtered":false,"severity":"low"}}}]})";

TEST(FilterTap, ReadsAnAnswerInAnyPieces) {
    const Seen seen = in_json(answer);
    EXPECT_EQ(seen.all, (Verdicts{{Of::completion, "violence", "medium", false, false},
                                  {Of::prompt, "jailbreak", "", false, true},
                                  {Of::prompt, "sexual", "low", false, false}}));
    EXPECT_FALSE(seen.stopped);
}

TEST(FilterTap, ReadsARefusedPrompt) {
    const Seen seen = in_json(
        R"({"error":{"message":"The response was filtered","code":"content_filter","status":400,)"
        R"("innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":)"
        R"({"hate":{"filtered":true,"severity":"high"},"self_harm":{"filtered":false,)"
        R"("severity":"safe"}}}}})");
    EXPECT_EQ(seen.all, (Verdicts{{Of::prompt, "hate", "high", true, false}}));
    EXPECT_TRUE(seen.stopped);
}

TEST(FilterTap, ReadsAStream) {
    const Seen seen = in_events(
        {R"({"prompt_filter_results":[{"prompt_index":0,)"
         R"("content_filter_results":{"hate":{"filtered":false,"severity":"low"}}}],)"
         R"("choices":[]})",
         R"({"choices":[{"index":0,"delta":{"content":"a"},"content_filter_results":{}}]})",
         R"({"choices":[{"content_filter_results":{"violence":{"filtered":true,)"
         R"("severity":"high"}},"finish_reason":"content_filter"}]})",
         "[DONE]"});
    EXPECT_EQ(seen.all, (Verdicts{{Of::prompt, "hate", "low", false, false},
                                  {Of::completion, "violence", "high", true, false}}));
    EXPECT_TRUE(seen.stopped);
}

TEST(FilterTap, ReadsResponses) {
    const Seen seen = in_json(
        R"({"content_filters":[{"blocked":false,"source_type":"prompt",)"
        R"("content_filter_results":{"hate":{"filtered":false,"severity":"low"}}},)"
        R"({"blocked":true,"source_type":"completion",)"
        R"("content_filter_results":{"sexual":{"filtered":true,"severity":"high"}}}],)"
        R"("incomplete_details" : { "reason" : "content_filter" }})");
    EXPECT_EQ(seen.all, (Verdicts{{Of::prompt, "hate", "low", false, false},
                                  {Of::completion, "sexual", "high", true, false}}));
    EXPECT_TRUE(seen.stopped);
}

TEST(FilterTap, TakesNoWordFromOutsideIntoTheAudit) {
    const Seen seen = in_json(
        R"({"content_filter_results":{"<script>":{"filtered":true,"severity":"enormous"}}})");
    EXPECT_EQ(seen.all, (Verdicts{{Of::completion, "other", "other", true, false}}));
}

TEST(FilterTap, IsNotFooledByTheModelsWords) {
    const Seen
        seen = in_json(R"({"a":"\"finish_reason\":\"content_filter\"","b":["content_filter","x"],)"
                       R"("c":"content_filter"})");
    EXPECT_TRUE(seen.all.empty());
    EXPECT_FALSE(seen.stopped);
}

TEST(FilterTap, HoldsLittleOfAResultThatNeverEnds) {
    FilterTap tap;
    tap.on_json(R"({"content_filter_results":{"a":")");
    const std::string piece(4096, 'x');
    for (int i = 0; i < 100; ++i) { tap.on_json(piece); }
    tap.on_json(R"("}},{"content_filter_results":{"hate":{"filtered":true}}})");
    EXPECT_EQ(seen_by(tap).all, (Verdicts{{Of::completion, "hate", "", true, false}}));
}

}  // namespace
}  // namespace spillway
