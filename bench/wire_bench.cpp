// What the wire layer costs per unit of work: an event of a committed stream through scanner,
// dialect and usage tap; a request body through inspect; an answer's body through the usage tap.
// Aims: 100 ns per event of 100-200 bytes, 3 us per request body of 2 KB.

#include "wire/dialect.hpp"
#include "wire/hints.hpp"
#include "wire/inspect.hpp"
#include "wire/usage_tap.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

namespace spillway {
namespace {

std::string chat_chunk(std::string_view content) {
    return R"(data: {"id":"chatcmpl-AbCdEfGhIjKlMnOpQrSt","object":"chat.completion.chunk",)"
           R"("created":1763800000,"model":"gpt-4o-2024-08-06","choices":[{"index":0,"delta":)"
           R"({"content":")" +
           std::string(content) + "\"},\"finish_reason\":null}],\"usage\":null}\n\n";
}

std::string response_delta() {
    return "event: response.output_text.delta\n"
           R"(data: {"type":"response.output_text.delta","sequence_number":7,"item_id":"msg_1",)"
           R"("output_index":0,"content_index":0,"delta":"Hello","logprobs":[]})"
           "\n\n";
}

/// `pieces` events per read.
void events(benchmark::State& state, Operation operation, const std::string& event) {
    const auto pieces = static_cast<std::size_t>(state.range(0));
    std::string read;
    for (std::size_t i = 0; i < pieces; ++i) { read += event; }
    SseScanner scanner;
    Dialect dialect(operation);
    UsageTap tap(operation);
    for (auto _ : state) {
        scanner.feed(read);
        SseEvent each;
        while (scanner.next(each)) {
            benchmark::DoNotOptimize(dialect.on_event(each));
            tap.on_event(each);
        }
        benchmark::DoNotOptimize(scanner.fed());
    }
    state.counters["bytes"] = static_cast<double>(event.size());
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(pieces));
}

void chat_events(benchmark::State& state) {
    events(state, Operation::chat_completions, chat_chunk("Hello"));
}
BENCHMARK(chat_events)->Arg(1)->Arg(16);

void response_events(benchmark::State& state) {
    events(state, Operation::responses, response_delta());
}
BENCHMARK(response_events)->Arg(1)->Arg(16);

/// A chat request of about that many bytes: a system prompt, some turns, two tools.
std::string chat_request(std::size_t bytes) {
    std::string body = R"({"model":"gpt-4o","stream":true,"max_tokens":500,"temperature":0.2,)"
                       R"("tools":[{"type":"function","function":{"name":"search","parameters":)"
                       R"({"type":"object","properties":{"q":{"type":"string"}}}}}],"messages":[)"
                       R"({"role":"system","content":"You are helpful."})";
    while (body.size() + 2 < bytes) {
        body += R"(,{"role":"user","content":"Compare the two \"proposals\" and say which)"
                R"( one needs less work.\nThink of the users first, then of the operators, then)"
                R"( of everybody else who has to read what was written."})";
    }
    return body + "]}";
}

void inspect_body(benchmark::State& state) {
    std::string body = chat_request(static_cast<std::size_t>(state.range(0)));
    const std::size_t size = body.size();
    body.append(body_padding, ' ');
    Inspector inspector;
    for (auto _ : state) {
        benchmark::DoNotOptimize(inspector.inspect(std::string_view(body).substr(0, size),
                                                   Operation::chat_completions));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}
BENCHMARK(inspect_body)->Arg(2'000)->Arg(100'000)->Arg(4'000'000);

void usage_of_embeddings(benchmark::State& state) {
    std::string body = R"({"object":"list","data":[{"object":"embedding","embedding":[)";
    while (body.size() < 100'000) { body += "-0.0123456789,"; }
    body += R"(0]}],"model":"m","usage":{"prompt_tokens":8,"total_tokens":8}})";
    for (auto _ : state) {
        UsageTap tap(Operation::embeddings);
        tap.on_json(body);
        benchmark::DoNotOptimize(tap.usage());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(usage_of_embeddings);

void usage_of_chat(benchmark::State& state) {
    const std::string
        body = R"({"id":"chatcmpl-1","object":"chat.completion","choices":[{"index":0,"message":)"
               R"({"role":"assistant","content":")" +
               std::string(1'500, 'x') +
               R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":12,)"
               R"("total_tokens":21,"prompt_tokens_details":{"cached_tokens":4}}})";
    for (auto _ : state) {
        UsageTap tap(Operation::chat_completions);
        tap.on_json(body);
        benchmark::DoNotOptimize(tap.usage());
    }
}
BENCHMARK(usage_of_chat);

void hints(benchmark::State& state) {
    Fields fields;
    for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
             {"content-type", "application/json"},
             {"cache-control", "no-cache, must-revalidate"},
             {"x-ratelimit-remaining-requests", "79"},
             {"x-ratelimit-remaining-tokens", "61353"},
             {"x-request-id", "3a8b1a44-0000-0000-0000-000000000000"},
             {"x-ms-region", "North Central US"},
             {"apim-request-id", "bb943c68-0000-0000-0000-000000000000"},
             {"strict-transport-security", "max-age=31536000; includeSubDomains; preload"},
             {"azureml-model-session", "d008-20240215231538"},
             {"x-accel-buffering", "no"}}) {
        benchmark::DoNotOptimize(fields.push({FieldName::other, name, value}));
    }
    for (auto _ : state) { benchmark::DoNotOptimize(parse_hints(fields, WallTime())); }
}
BENCHMARK(hints);

}  // namespace
}  // namespace spillway

BENCHMARK_MAIN();
