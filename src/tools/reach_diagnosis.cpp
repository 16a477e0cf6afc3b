#include "tools/reach_diagnosis.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>

namespace spillway {

namespace {

std::string why(const Failure& failure) {
    if (failure.cause == Cause::timeout) { return "no answer in time"; }
    return failure.ec ? failure.ec.message() : std::string(name(failure.cause));
}

std::string joined(std::span<const std::string> parts) {
    std::string text;
    for (const std::string& part : parts) { text += (text.empty() ? "" : ", ") + part; }
    return text;
}

std::string connecting_remedy(std::span<const Knock> knocks) {
    const bool refused = std::ranges::any_of(knocks, [](const Knock& knock) {
        return !knock.answer && knock.answer.error().cause == Cause::refused;
    });
    return refused
               ? "check host and port of `endpoint`; if they are right, a firewall or a private "
                 "endpoint that is not approved refuses"
               : "let this machine's firewall, NSG or egress gateway pass TCP to this address";
}

/// What to do about what OpenSSL says.
struct TlsRemedy {
    std::string_view said;
    std::string_view remedy;
};
constexpr std::array tls_remedies{
    TlsRemedy{"expired",
              "the server's certificate has to be renewed; if it was, something in "
              "between shows an old one, or this machine's clock is wrong"},
    TlsRemedy{"not yet valid", "correct this machine's clock"},
    TlsRemedy{"mismatch",
              "write a name into `endpoint` that the certificate carries; where to "
              "connect instead belongs into `connect_to`"},
    TlsRemedy{"self-signed",
              "name the authority's PEM file in `tls.ca_file`; behind an inspecting "
              "proxy it is the proxy's"},
    TlsRemedy{"issuer",
              "name the authority's PEM file in `tls.ca_file`; behind an inspecting "
              "proxy it is the proxy's"},
    TlsRemedy{"wrong version number", "this port speaks no TLS: another port, or http://"},
};

std::string tls_remedy(std::string_view reason, const std::string& host) {
    for (const TlsRemedy& known : tls_remedies) {
        if (reason.find(known.said) != std::string_view::npos) { return std::string(known.remedy); }
    }
    return "see what `openssl s_client -servername " + host + " -connect HOST:PORT` shows";
}

}  // namespace

Diagnosis diagnose_name(const std::string& resource, const std::string& host,
                        const Result<std::vector<std::string>>& addresses) {
    if (addresses) {
        const bool is_address = addresses->size() == 1 && addresses->front() == host;
        return {"dns", resource, Condition::ok,
                host + " is " + (is_address ? "an address" : joined(*addresses))};
    }
    return {"dns", resource, Condition::fail, host + " has no address: " + why(addresses.error()),
            "check the name in `endpoint` and this machine's DNS; a private endpoint needs its "
            "zone (privatelink.openai.azure.com) linked to this network"};
}

Diagnosis diagnose_connecting(const std::string& resource, std::span<const Knock> knocks) {
    std::vector<std::string> open;
    std::vector<std::string> shut;
    for (const Knock& knock : knocks) {
        if (knock.answer) {
            open.push_back(knock.address);
        } else {
            shut.push_back(knock.address + " (" + why(knock.answer.error()) + ")");
        }
    }
    if (shut.empty()) {
        return {"connect", resource, Condition::ok, joined(open) + " accepts connections"};
    }
    const bool none = open.empty();
    return {"connect", resource, none ? Condition::fail : Condition::warn,
            "cannot connect to " + joined(shut) + (none ? "" : "; " + joined(open) + " accepts"),
            connecting_remedy(knocks)};
}

Diagnosis diagnose_handshake(const std::string& resource, const std::string& host,
                             const Handshake& handshake) {
    if (!handshake.done) {
        const std::string reason = handshake.reason.empty() ? why(handshake.done.error())
                                                            : handshake.reason;
        return {"tls", resource, Condition::fail,
                "no trusted connection to " + host + ": " + reason, tls_remedy(reason, host)};
    }
    if (!handshake.expires) { return {"tls", resource, Condition::ok, host + " is verified"}; }
    const std::string until = expiry_text(*handshake.expires, handshake.now);
    if (*handshake.expires - handshake.now > expires_soon) {
        return {"tls", resource, Condition::ok, host + " is verified; its chain ends " + until};
    }
    return {"tls", resource, Condition::warn, "the certificate chain of " + host + " ends " + until,
            "whoever runs the endpoint, or the inspecting proxy before it, has to renew it"};
}

std::string expiry_text(WallTime expires, WallTime now) {
    const std::time_t whole = std::chrono::system_clock::to_time_t(expires);
    std::tm utc{};
    gmtime_r(&whole, &utc);
    std::array<char, sizeof "2026-11-22"> date{};
    std::strftime(date.data(), date.size(), "%F", &utc);
    const auto days = std::chrono::duration_cast<std::chrono::days>(expires - now).count();
    return std::string(date.data()) + ", in " + std::to_string(days) +
           (days == 1 ? " day" : " days");
}

}  // namespace spillway
