// TLS on a descriptor: contexts made once from configuration, sessions made per connection.
// Verification of chain and name is on and has no switch. Nothing here waits: operations say what
// they would wait for.
#pragma once

#include "spillway/result.hpp"
#include "spillway/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;
struct ssl_session_st;

namespace spillway {

/// What a client context is made of; the files are PEM.
struct ClientTls {
    std::string ca_file{};      ///< empty: the system's store
    std::string certificate{};  ///< chain shown to a server that asks; empty: none
    std::string key{};          ///< the certificate's
    enum class Oldest : std::uint8_t { tls12, tls13 };
    Oldest oldest = Oldest::tls12;
};

/// Shared by the connections of one worker to one upstream, or of one listener. Immutable after
/// construction except for the cached client session (TLS 1.3 tickets, RFC 8446 §4.6.1), which is
/// why a client context belongs to one worker.
class TlsContext {
public:
    /// For upstreams. The error is text for a start-up message.
    [[nodiscard]] static boost::system::result<std::shared_ptr<TlsContext>, std::string> client(
        const ClientTls& params);
    /// For a listener. `client_ca` not empty: callers must show a certificate signed by it.
    [[nodiscard]] static boost::system::result<std::shared_ptr<TlsContext>, std::string> server(
        const std::string& certificate, const std::string& key, const std::string& client_ca);

    explicit TlsContext(ssl_ctx_st* owned);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    /// When the certificate that we show ends; none when we show none.
    [[nodiscard]] std::optional<WallTime> expires() const noexcept;

private:
    friend class TlsSession;
    ssl_ctx_st* context_;
    ssl_session_st* resumable_ = nullptr;
};

enum class TlsWant : std::uint8_t { nothing, read, write };

struct TlsStep {
    std::size_t bytes = 0;
    TlsWant want = TlsWant::nothing;
    Cause cause = Cause::none;  ///< not none: the session is dead
};

class TlsSession {
public:
    TlsSession() = default;  ///< inactive: a plain connection
    /// `host`: SNI (unless an address) and the name to verify.
    [[nodiscard]] static TlsSession client(std::shared_ptr<TlsContext> context,
                                           const std::string& host);
    [[nodiscard]] static TlsSession server(std::shared_ptr<TlsContext> context);
    ~TlsSession();
    TlsSession(TlsSession&& other) noexcept;
    TlsSession& operator=(TlsSession&& other) noexcept;

    [[nodiscard]] bool active() const noexcept { return ssl_ != nullptr; }
    void attach(int descriptor) noexcept;

    [[nodiscard]] TlsStep handshake() noexcept;
    [[nodiscard]] TlsStep read(std::span<char> into) noexcept;
    [[nodiscard]] TlsStep write(std::string_view bytes) noexcept;
    /// Sends close_notify if that is possible without waiting.
    void close_notify() noexcept;
    /// Why the step before failed, for the log: OpenSSL's words, no peer-controlled text. Ask at
    /// once: the next session on this thread overwrites it.
    [[nodiscard]] std::string_view handshake_error() const noexcept;
    /// When the first certificate of the peer's chain ends; none before the handshake.
    [[nodiscard]] std::optional<WallTime> peer_expires() const noexcept;
    [[nodiscard]] bool has_buffered_input() const noexcept;
    /// Subject of the peer's verified certificate as RFC 2253 writes it (what RFC 4514 reads);
    /// empty when it showed none.
    [[nodiscard]] std::string peer_subject() const;

private:
    TlsSession(std::shared_ptr<TlsContext> context, ssl_st* ssl) noexcept;
    [[nodiscard]] TlsStep step(int result) const noexcept;

    std::shared_ptr<TlsContext> context_;
    ssl_st* ssl_ = nullptr;
};

}  // namespace spillway
