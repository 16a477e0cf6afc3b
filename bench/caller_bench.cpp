// What it costs a request to be asked who sends it. Aims: a key 1 us, a token that has been seen
// 3 us, both against nobody being asked.
#include "identity/identifier.hpp"
#include "support/token_smith.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace spillway {
namespace {

constexpr std::int64_t now_seconds = 1'790'000'000;

/// A hundred callers with a key each, and one whose tokens are believed.
class Gate {
public:
    explicit Gate(bool asks) {
        Config config;
        if (asks) {
            config.token_issuers = {issuer()};
            for (int i = 0; i < 100; ++i) { config.callers.push_back(caller(i)); }
            config.callers.back().tokens = {TokenMatch{}};
        }
        directory_ = std::make_shared<const CallerDirectory>(config, shares_, issuers_);
        if (!asks) { return; }
        auto keys = KeySet::parse(smith::key_set({smith::jwk(signer_, "k1")}));
        directory_->issuers().front().state().publish(
            std::make_shared<const KeySet>(std::move(*keys)));
    }

    [[nodiscard]] std::string key() const { return key_.key.reveal(); }
    /// As long as those of Entra.
    [[nodiscard]] std::string token(int number) const {
        const std::string claims = R"({"iss":"https://id.example","aud":"api://spillway","oid":")" +
                                   std::to_string(number) + R"(","exp":)" +
                                   std::to_string(now_seconds + 3600) + R"(,"x":")" +
                                   std::string(600, 'x') + "\"}";
        return smith::token(signer_, "RS256", R"({"alg":"RS256","kid":"k1","typ":"JWT"})", claims);
    }
    bool admits(const RequestHead& head) {
        const auto credentials = CallerCredentials::of(head, directory_->key_header());
        const WallTime now{std::chrono::seconds(now_seconds)};
        const auto answer = identifier_.identify(directory_, {credentials, {}, now});
        return std::holds_alternative<Identity>(answer);
    }

private:
    static TokenIssuerConfig issuer() {
        TokenIssuerConfig issuer;
        issuer.name = "example";
        issuer.issuer = "https://id.example";
        issuer.jwks_uri = "https://id.example/keys";
        issuer.audiences = {"api://spillway"};
        return issuer;
    }
    CallerConfig caller(int number) {
        CallerConfig caller;
        caller.name = "caller-" + std::to_string(number);
        key_ = make_key("k" + std::to_string(number));
        caller.keys = {key_.hash};
        return caller;
    }

    smith::PrivateKey signer_ = smith::new_rsa(2048);
    NewKey key_;
    CallerShares shares_;
    IssuerStates issuers_;
    std::shared_ptr<const CallerDirectory> directory_;
    Identifier identifier_;
};

class Head {
public:
    explicit Head(const std::string& fields)
        : bytes_("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n") {
        HeadScanner scanner{HeadLimits{}};
        if (scanner.request(bytes_, head_) != HeadState::complete) { std::abort(); }
    }
    [[nodiscard]] const RequestHead& head() const noexcept { return head_; }

private:
    std::string bytes_;
    RequestHead head_;
};

void ask(benchmark::State& state, Gate& gate, const Head& head) {
    for (auto _ : state) {
        if (!gate.admits(head.head())) { state.SkipWithError("refused"); }
    }
}

void nobody_is_asked(benchmark::State& state) {
    Gate gate(false);
    ask(state, gate, Head("Authorization: Bearer " + gate.key() + "\r\n"));
}
BENCHMARK(nobody_is_asked);

void key(benchmark::State& state) {
    Gate gate(true);
    ask(state, gate, Head("Authorization: Bearer " + gate.key() + "\r\n"));
}
BENCHMARK(key);

void token_seen_before(benchmark::State& state) {
    Gate gate(true);
    ask(state, gate, Head("Authorization: Bearer " + gate.token(1) + "\r\n"));
}
BENCHMARK(token_seen_before);

void token_never_seen(benchmark::State& state) {
    Gate gate(true);
    std::vector<std::unique_ptr<Head>> heads;
    constexpr std::size_t many = 5000;  // more than are remembered
    for (std::size_t i = 0; i < many; ++i) {
        heads.push_back(std::make_unique<Head>("Authorization: Bearer " +
                                               gate.token(static_cast<int>(i)) + "\r\n"));
    }
    std::size_t next = 0;
    for (auto _ : state) {
        if (!gate.admits(heads[next]->head())) { state.SkipWithError("refused"); }
        next = (next + 1) % many;
    }
}
BENCHMARK(token_never_seen)->Iterations(5000);

}  // namespace
}  // namespace spillway
