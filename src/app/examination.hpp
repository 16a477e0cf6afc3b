// One resource examined step by step, as a worker would reach it: TCP to each of its addresses,
// TLS, a request without a credential, one with it. Nothing it asks costs anything. Stops at the
// first step that fails: what follows would fail for the same reason.
#pragma once

#include "fleet/fleet.hpp"
#include "identity/web_client.hpp"
#include "net/poller.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"
#include "spillway/config.hpp"
#include "tools/diagnosis.hpp"
#include "tools/reach_diagnosis.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spillway {

/// Belongs to the thread of `poller`.
class Examination {
public:
    /// Bounds: for all addresses together, for each handshake, for each answer.
    static constexpr std::chrono::seconds connect_time{3};
    static constexpr std::chrono::seconds tls_time{3};
    static constexpr std::chrono::seconds answer_time{5};

    using Addresses = Result<std::vector<asio::ip::tcp::endpoint>>;

    /// `credential` is the resource's, null for none. All of them outlive this.
    Examination(const FleetResource& resource, const CredentialConfig* credential, Poller& poller);

    [[nodiscard]] task<void> run(Addresses addresses);

    [[nodiscard]] const std::vector<Diagnosis>& findings() const noexcept { return findings_; }
    /// How far our clock is ahead of the resource's.
    [[nodiscard]] const std::optional<Duration>& ahead() const noexcept { return ahead_; }

private:
    [[nodiscard]] bool make_tls();
    [[nodiscard]] task<std::unique_ptr<Stream>> connect(std::vector<asio::ip::tcp::endpoint>
                                                            addresses);
    [[nodiscard]] task<Result<void>> reach(Stream& stream, asio::ip::tcp::endpoint address);
    [[nodiscard]] task<Result<void>> shake_hands(Stream& stream);
    [[nodiscard]] task<Result<WebReply>> ask_again(asio::ip::tcp::endpoint address, Secret line);
    [[nodiscard]] task<void> try_credential(asio::ip::tcp::endpoint address);
    [[nodiscard]] WebCall call(Secret line) const;
    void note_clock(const Result<WebReply>& reply);

    const FleetResource& resource_;
    const CredentialConfig* credential_;
    Poller& poller_;
    std::shared_ptr<TlsContext> tls_;  // null: plain
    Handshake handshake_;              // the last one
    std::vector<Diagnosis> findings_;
    std::optional<Duration> ahead_;
};

}  // namespace spillway
