// The table of azure-protocol.md §5.3 with the bodies of §3.5 and §5.2: each row says what becomes
// of the request, of the breaker, of the quota and of the answer.
#include "spillway/policy/classify.hpp"

#include "support/plan_row.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <string>
#include <string_view>

namespace spillway {
namespace {

using Next = Verdict::Next;
using Cost = RequestBudget::Cost;

struct AnswerRow {
    const char* name;
    ErrorFacts facts;
    Verdict verdict;
};

std::ostream& operator<<(std::ostream& out, const AnswerRow& row) { return out << row.name; }

constexpr Verdict pass_on = {};
constexpr Verdict misconfigured(Reason reason) {
    return {.next = Next::elsewhere,
            .effect = Effect::misconfigured,
            .reason = reason,
            .alert = true,
            .showable = false};
}
constexpr Verdict quota(Reason reason) {
    return {.next = Next::elsewhere,
            .effect = Effect::neutral,
            .reason = reason,
            .throttle = true,
            .cost = Cost::free};
}
constexpr Verdict capacity = {.next = Next::elsewhere,
                              .effect = Effect::soft,
                              .reason = Reason::throttled_capacity,
                              .throttle = true};
constexpr Verdict server_error = {.next = Next::elsewhere,
                                  .effect = Effect::hard,
                                  .reason = Reason::server_error,
                                  .showable = false};
constexpr Verdict unsupported = {
    .next = Next::elsewhere, .effect = Effect::neutral, .reason = Reason::unsupported};

const AnswerRow answers[] = {
    {"quota_429_tokens",
     {.status = 429,
      .code = "429",
      .message = "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version "
                 "2024-05-01-preview have exceeded token rate limit of your current OpenAI S0 "
                 "pricing tier. Please retry after 86400 seconds."},
     quota(Reason::throttled_tokens)},
    {"quota_429_calls",
     {.status = 429,
      .code = "429",
      .message = "Requests to the ChatCompletions_Create Operation have exceeded call rate limit "
                 "of your current OpenAI S0 pricing tier."},
     quota(Reason::throttled_requests)},
    {"quota_429_of_2025",
     {.status = 429,
      .message = "Your requests to gpt-4o for prod in Sweden Central have exceeded the token rate "
                 "limit for your current AIServices S0 pricing tier."},
     quota(Reason::throttled_tokens)},
    {"quota_429_of_the_v1_surface",
     {.status = 429,
      .code = "rate_limit_exceeded",
      .type = "too_many_requests",
      .message = "Your requests to the deployment have exceeded rate limit."},
     quota(Reason::throttled_tokens)},
    {"quota_429_of_openai",
     {.status = 429, .code = "rate_limit_exceeded", .type = "requests"},
     quota(Reason::throttled_requests)},
    {"quota_429_without_a_body", {.status = 429}, quota(Reason::throttled_tokens)},
    {"quota_429_by_its_headers",
     {.status = 429,
      .message = "The system is currently experiencing high demand.",
      .quota_headers = true},
     quota(Reason::throttled_tokens)},
    {"capacity_429",
     {.status = 429,
      .message = "The system is currently experiencing high demand and cannot process your "
                 "request. Your request exceeds the maximum usage size allowed during peak load."},
     capacity},
    {"capacity_429_short",
     {.status = 429, .message = "The service is temporarily unable to process your request."},
     capacity},
    {"capacity_429_slow_down", {.status = 429, .code = "slow_down"}, capacity},
    {"insufficient_quota_by_code",
     {.status = 429, .code = "insufficient_quota", .quota_headers = true},
     misconfigured(Reason::insufficient_quota)},
    {"insufficient_quota_by_type",
     {.status = 429, .type = "insufficient_quota"},
     misconfigured(Reason::insufficient_quota)},
    {"timeout_408",
     {.status = 408, .code = "Timeout", .message = "The operation was timeout."},
     {.next = Next::elsewhere_once, .effect = Effect::soft, .reason = Reason::request_timeout}},
    {"dependency_424", {.status = 424}, server_error},
    {"error_500", {.status = 500, .type = "server_error"}, server_error},
    {"bad_gateway_502", {.status = 502}, server_error},
    {"unavailable_503", {.status = 503, .message = "no healthy upstream"}, server_error},
    {"unavailable_503_with_a_time",
     {.status = 503, .retry_after = true},
     {.next = Next::elsewhere,
      .effect = Effect::hard,
      .reason = Reason::server_error,
      .throttle = true,
      .showable = false}},
    {"error_500_with_a_time", {.status = 500, .retry_after = true}, server_error},
    {"gateway_timeout_504", {.status = 504}, server_error},
    {"unauthorized_401",
     {.status = 401, .code = "401", .message = "Access denied due to invalid subscription key"},
     misconfigured(Reason::unauthorized)},
    {"unauthorized_401_by_role",
     {.status = 401, .code = "PermissionDenied"},
     misconfigured(Reason::unauthorized)},
    {"forbidden_403",
     {.status = 403, .message = "Public access is disabled. Please configure private endpoint."},
     misconfigured(Reason::unauthorized)},
    {"deployment_not_found",
     {.status = 404, .code = "DeploymentNotFound"},
     misconfigured(Reason::not_found)},
    {"resource_not_found_by_the_callers_version",
     {.status = 404, .code = "404", .message = "Resource not found", .callers_version = true},
     {.effect = Effect::neutral}},
    {"deployment_not_found_with_the_callers_version",
     {.status = 404, .code = "DeploymentNotFound", .callers_version = true},
     misconfigured(Reason::not_found)},
    {"resource_not_found",
     {.status = 404, .code = "404", .message = "Resource not found"},
     misconfigured(Reason::not_found)},
    {"model_not_found_of_openai",
     {.status = 404, .code = "model_not_found"},
     misconfigured(Reason::not_found)},
    {"a_callers_own_id_not_found",
     {.status = 404, .code = "not_found", .message = "No file found with id 'file-1'"},
     pass_on},
    {"operation_not_supported", {.status = 400, .code = "OperationNotSupported"}, unsupported},
    {"responses_not_in_this_region",
     {.status = 400,
      .code = "NotFound",
      .message = "Azure OpenAI Responses API is not enabled in this region."},
     unsupported},
    {"content_filter_400",
     {.status = 400,
      .code = "content_filter",
      .message = "The response was filtered due to the prompt triggering Azure OpenAI's content "
                 "management policy."},
     pass_on},
    {"long_context_400",
     {.status = 400, .code = "context_length_exceeded", .type = "invalid_request_error"},
     pass_on},
    {"previous_response_400", {.status = 400, .code = "previous_response_not_found"}, pass_on},
    {"bad_request_400", {.status = 400}, pass_on},
    {"conflict_409", {.status = 409}, pass_on},
    {"too_large_413", {.status = 413}, pass_on},
    {"media_type_415", {.status = 415}, pass_on},
    {"unprocessable_422", {.status = 422}, pass_on},
    {"unknown_4xx", {.status = 418}, pass_on},
    {"too_many_headers_431", {.status = 431}, {.effect = Effect::neutral, .alert = true}},
};

class AnswerTable : public ::testing::TestWithParam<AnswerRow> {};

TEST_P(AnswerTable, IsClassifiedAsTheTableSays) {
    EXPECT_EQ(classify(GetParam().facts), GetParam().verdict);
}

INSTANTIATE_TEST_SUITE_P(Classify, AnswerTable, ::testing::ValuesIn(answers),
                         [](const auto& row) { return std::string(row.param.name); });

struct FailureRow {
    const char* name;
    Failure failure;
    Verdict verdict;
};

std::ostream& operator<<(std::ostream& out, const FailureRow& row) { return out << row.name; }

constexpr Verdict no_connection(Reason reason) {
    return {.next = Next::elsewhere,
            .effect = Effect::local,
            .reason = reason,
            .showable = false,
            .cost = Cost::free};
}
constexpr Verdict broken(Reason reason) {
    return {.next = Next::elsewhere, .effect = Effect::hard, .reason = reason, .showable = false};
}
constexpr Verdict stop(Reason reason) {
    return {.effect = Effect::neutral, .reason = reason, .showable = false};
}
constexpr Verdict after_commit(Reason reason) {
    return {.effect = Effect::hard, .reason = reason, .showable = false};
}

const FailureRow failures[] = {
    {"no_address", {Stage::resolve, Cause::unavailable, {}}, no_connection(Reason::resolve)},
    {"refused", {Stage::connect, Cause::refused, {}}, no_connection(Reason::connect)},
    {"black_hole", {Stage::connect, Cause::timeout, {}}, no_connection(Reason::connect)},
    {"handshake_timeout", {Stage::tls, Cause::timeout, {}}, no_connection(Reason::tls)},
    {"wrong_certificate",
     {Stage::tls, Cause::certificate, {}},
     {.next = Next::elsewhere,
      .effect = Effect::local,
      .reason = Reason::tls,
      .alert = true,
      .showable = false,
      .cost = Cost::free}},
    {"no_credential",
     {Stage::send, Cause::unavailable, {}},
     {.next = Next::elsewhere,
      .effect = Effect::neutral,
      .reason = Reason::unauthorized,
      .alert = true,
      .showable = false,
      .cost = Cost::free}},
    {"reset_while_sending", {Stage::send, Cause::reset, {}}, broken(Reason::reset)},
    {"closed_without_a_head", {Stage::head, Cause::closed, {}}, broken(Reason::reset)},
    {"no_head_in_time", {Stage::head, Cause::timeout, {}}, broken(Reason::timeout_head)},
    {"nonsense_for_a_head", {Stage::head, Cause::malformed, {}}, broken(Reason::malformed)},
    {"endless_head", {Stage::head, Cause::too_large, {}}, broken(Reason::malformed)},
    {"no_first_event_in_time",
     {Stage::commit, Cause::timeout, {}},
     {.next = Next::elsewhere,
      .effect = Effect::soft,
      .reason = Reason::timeout_first_event,
      .showable = false}},
    {"closed_before_an_event", {Stage::commit, Cause::closed, {}}, broken(Reason::truncated)},
    {"reset_before_an_event", {Stage::commit, Cause::reset, {}}, broken(Reason::reset)},
    {"cut_stream", {Stage::stream, Cause::closed, {}}, after_commit(Reason::truncated)},
    {"reset_stream", {Stage::stream, Cause::reset, {}}, after_commit(Reason::truncated)},
    {"stalled_stream", {Stage::stream, Cause::timeout, {}}, after_commit(Reason::truncated)},
    {"broken_framing", {Stage::stream, Cause::malformed, {}}, after_commit(Reason::malformed)},
    {"total_time_up_connecting",
     {Stage::connect, Cause::deadline, {}},
     stop(Reason::timeout_total)},
    {"total_time_up_waiting", {Stage::head, Cause::deadline, {}}, stop(Reason::timeout_total)},
    {"total_time_up_streaming", {Stage::stream, Cause::deadline, {}}, stop(Reason::timeout_total)},
    {"caller_gone", {Stage::caller, Cause::closed, {}}, stop(Reason::none)},
    {"cancelled_in_connect", {Stage::connect, Cause::cancelled, {}}, stop(Reason::none)},
    {"cancelled_in_stream", {Stage::stream, Cause::cancelled, {}}, stop(Reason::none)},
};

class FailureTable : public ::testing::TestWithParam<FailureRow> {};

TEST_P(FailureTable, IsClassifiedAsTheTableSays) {
    EXPECT_EQ(classify(GetParam().failure), GetParam().verdict);
}

INSTANTIATE_TEST_SUITE_P(Classify, FailureTable, ::testing::ValuesIn(failures),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Classify, EveryRowOfTheTableIsRight) {
    std::size_t wrong = 0;
    for (const AnswerRow& row : answers) { wrong += classify(row.facts) != row.verdict; }
    for (const FailureRow& row : failures) { wrong += classify(row.failure) != row.verdict; }
    const double rows = static_cast<double>(std::size(answers) + std::size(failures));

    const double right = 100.0 * (rows - static_cast<double>(wrong)) / rows;
    EXPECT_TRUE(testing::holds({"F-6", right, "%-of-rows", testing::Bound::exactly, 100.0}));
}

TEST(Classify, NeverShowsABackendsRefusalToTheCaller) {
    for (const int status : {401, 403}) {
        EXPECT_FALSE(classify(ErrorFacts{.status = status}).showable) << status;
    }
}

TEST(Classify, EveryReasonHasItsOwnName) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < reason_count; ++i) { names.insert(name(static_cast<Reason>(i))); }

    EXPECT_EQ(names.size(), reason_count);
    EXPECT_EQ(names.count("unknown"), 0U);
    EXPECT_EQ(name(static_cast<Reason>(reason_count)), "unknown");
}

}  // namespace
}  // namespace spillway
