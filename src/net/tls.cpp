#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <climits>
#include <ctime>
#include <utility>

namespace spillway {
namespace {

using Made = boost::system::result<std::shared_ptr<TlsContext>, std::string>;

std::string openssl_error(std::string_view doing) {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    ERR_clear_error();
    return std::string(doing) + ": " + text.data();
}

// http/1.1 only, length-prefixed (RFC 7301 §3.1): anything else an upstream might choose we could
// not speak.
constexpr std::string_view alpn_http1 = "\x08http/1.1";

constexpr std::string_view session_id = "spillway";

ssl_ctx_st* new_context(const SSL_METHOD* method) {
    SSL_CTX* context = SSL_CTX_new(method);
    if (context == nullptr) { return nullptr; }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    // Partial writes because a piece may be larger than the socket takes; moving buffers because a
    // retry may come from another place in memory; released buffers because thousands of streams
    // idle.
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    return context;
}

/// Empty, or what is wrong with the pair.
std::string load_pair(ssl_ctx_st* context, const std::string& certificate, const std::string& key) {
    if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
        return openssl_error("cannot load certificate " + certificate);
    }
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
        return openssl_error("cannot load private key " + key);
    }
    if (SSL_CTX_check_private_key(context) != 1) {
        return openssl_error("private key " + key + " does not belong to " + certificate);
    }
    return {};
}

bool is_address(const std::string& host) {
    ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
    const bool parsed = address != nullptr;
    ASN1_OCTET_STRING_free(address);
    return parsed;
}

std::optional<WallTime> end_of(const X509* certificate) noexcept {
    std::tm utc{};
    if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &utc) != 1) {
        return std::nullopt;
    }
    return std::chrono::system_clock::from_time_t(::timegm(&utc));
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
    auto** slot = static_cast<SSL_SESSION**>(SSL_get_app_data(ssl));
    if (slot == nullptr) { return 0; }
    SSL_SESSION_free(*slot);
    *slot = session;  // one reference is ours now
    return 1;
}

}  // namespace

TlsContext::TlsContext(ssl_ctx_st* owned) : context_(owned) {}

TlsContext::~TlsContext() {
    SSL_SESSION_free(resumable_);
    SSL_CTX_free(context_);
}

std::optional<WallTime> TlsContext::expires() const noexcept {
    return end_of(SSL_CTX_get0_certificate(context_));
}

Made TlsContext::client(const ClientTls& params) {
    SSL_CTX* raw = new_context(TLS_client_method());
    if (raw == nullptr) { return openssl_error("cannot make a TLS context"); }
    auto context = std::make_shared<TlsContext>(raw);
    const std::string& ca_file = params.ca_file;
    const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(raw)
                                       : SSL_CTX_load_verify_file(raw, ca_file.c_str());
    if (loaded != 1) {
        return openssl_error("cannot load CA certificates from " +
                             (ca_file.empty() ? std::string("the system") : ca_file));
    }
    if (!params.certificate.empty()) {
        std::string trouble = load_pair(raw, params.certificate, params.key);
        if (!trouble.empty()) { return trouble; }
    }
    if (params.oldest == ClientTls::Oldest::tls13) {
        SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION);
    }
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_alpn_protos(raw, reinterpret_cast<const unsigned char*>(alpn_http1.data()),
                            static_cast<unsigned>(alpn_http1.size()));
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(raw, keep_session);
    return context;
}

Made TlsContext::server(const std::string& certificate, const std::string& key,
                        const std::string& client_ca) {
    SSL_CTX* raw = new_context(TLS_server_method());
    if (raw == nullptr) { return openssl_error("cannot make a TLS context"); }
    auto context = std::make_shared<TlsContext>(raw);
    std::string trouble = load_pair(raw, certificate, key);
    if (!trouble.empty()) { return trouble; }
    // Without one, callers that showed a certificate could not resume (SSL_CTX_set_verify(3)).
    SSL_CTX_set_session_id_context(raw, reinterpret_cast<const unsigned char*>(session_id.data()),
                                   static_cast<unsigned>(session_id.size()));
    if (!client_ca.empty()) {
        if (SSL_CTX_load_verify_file(raw, client_ca.c_str()) != 1) {
            return openssl_error("cannot load client CA " + client_ca);
        }
        SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    return context;
}

TlsSession::TlsSession(std::shared_ptr<TlsContext> context, ssl_st* ssl) noexcept
    : context_(std::move(context)), ssl_(ssl) {}

TlsSession TlsSession::client(std::shared_ptr<TlsContext> context, const std::string& host) {
    SSL* ssl = SSL_new(context->context_);
    X509_VERIFY_PARAM* verify = SSL_get0_param(ssl);
    if (is_address(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str());
    } else {
        SSL_set_tlsext_host_name(ssl, host.c_str());
        X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        X509_VERIFY_PARAM_set1_host(verify, host.data(), host.size());
    }
    SSL_set_app_data(ssl, &context->resumable_);
    if (context->resumable_ != nullptr) { SSL_set_session(ssl, context->resumable_); }
    SSL_set_connect_state(ssl);
    return {std::move(context), ssl};
}

TlsSession TlsSession::server(std::shared_ptr<TlsContext> context) {
    SSL* ssl = SSL_new(context->context_);
    SSL_set_accept_state(ssl);
    return {std::move(context), ssl};
}

TlsSession::~TlsSession() {
    // OpenSSL would take the ticket of a connection that ends without close_notify for spoilt.
    // Where an answer ends is told by its frame, never by the ticket.
    if (ssl_ != nullptr) { SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN); }
    SSL_free(ssl_);
}

TlsSession::TlsSession(TlsSession&& other) noexcept
    : context_(std::move(other.context_)), ssl_(std::exchange(other.ssl_, nullptr)) {}

TlsSession& TlsSession::operator=(TlsSession&& other) noexcept {
    std::swap(context_, other.context_);
    std::swap(ssl_, other.ssl_);
    return *this;
}

void TlsSession::attach(int descriptor) noexcept { SSL_set_fd(ssl_, descriptor); }

TlsStep TlsSession::step(int result) const noexcept {
    if (result > 0) { return {static_cast<std::size_t>(result), TlsWant::nothing, Cause::none}; }
    switch (SSL_get_error(ssl_, result)) {
        case SSL_ERROR_WANT_READ: return {0, TlsWant::read, Cause::none};
        case SSL_ERROR_WANT_WRITE: return {0, TlsWant::write, Cause::none};
        case SSL_ERROR_ZERO_RETURN:
            return {0, TlsWant::nothing, Cause::closed};  // close_notify: an honest end
        case SSL_ERROR_SSL: {
            const bool distrusted = SSL_get_verify_result(ssl_) != X509_V_OK;
            return {0, TlsWant::nothing, distrusted ? Cause::certificate : Cause::reset};
        }
        default:
            return {0, TlsWant::nothing, Cause::reset};  // also FIN without close_notify:
                                                         // truncation
    }
}

TlsStep TlsSession::handshake() noexcept {
    ERR_clear_error();
    TlsStep done = step(SSL_do_handshake(ssl_));
    done.bytes = 0;
    return done;
}

TlsStep TlsSession::read(std::span<char> into) noexcept {
    ERR_clear_error();
    const auto size = static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX));
    return step(SSL_read(ssl_, into.data(), size));
}

TlsStep TlsSession::write(std::string_view bytes) noexcept {
    ERR_clear_error();
    const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX));
    return step(SSL_write(ssl_, bytes.data(), size));
}

void TlsSession::close_notify() noexcept {
    if (ssl_ != nullptr && SSL_is_init_finished(ssl_) == 1) {
        ERR_clear_error();
        SSL_shutdown(ssl_);
        ERR_clear_error();
    }
}

std::string_view TlsSession::handshake_error() const noexcept {
    if (ssl_ == nullptr) { return {}; }
    const long result = SSL_get_verify_result(ssl_);
    if (result != X509_V_OK) { return X509_verify_cert_error_string(result); }
    const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason == nullptr ? std::string_view{} : reason;
}

std::optional<WallTime> TlsSession::peer_expires() const noexcept {
    const STACK_OF(X509)* const chain = ssl_ == nullptr ? nullptr : SSL_get_peer_cert_chain(ssl_);
    std::optional<WallTime> first;
    for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
        const std::optional<WallTime> end = end_of(sk_X509_value(chain, i));
        if (end && (!first || *end < *first)) { first = end; }
    }
    return first;
}

bool TlsSession::has_buffered_input() const noexcept { return SSL_has_pending(ssl_) == 1; }

std::string TlsSession::peer_subject() const {
    const X509* certificate = ssl_ == nullptr ? nullptr : SSL_get0_peer_certificate(ssl_);
    if (certificate == nullptr || SSL_get_verify_result(ssl_) != X509_V_OK) { return {}; }
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), BIO_free_all);
    const X509_NAME* name = X509_get_subject_name(certificate);
    if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) { return {}; }
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace spillway
