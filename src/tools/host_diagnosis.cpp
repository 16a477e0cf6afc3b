#include "tools/host_diagnosis.hpp"

#include "config/address.hpp"
#include "tools/reach_diagnosis.hpp"

#include <algorithm>
#include <chrono>

namespace spillway {

namespace {

using std::chrono::seconds;

// Entra and most of its readers forgive five minutes; a minute is more than any network takes.
constexpr seconds clock_off{60};
constexpr seconds clock_wrong{300};

Duration distance(Duration ahead) { return ahead < Duration::zero() ? -ahead : ahead; }

struct PortWords {
    Condition condition;
    std::string_view seen;
    std::string_view remedy;
};

PortWords words_of(PortState state) {
    switch (state) {
        case PortState::free: return {Condition::ok, "free", ""};
        case PortState::ours: return {Condition::ok, "a gateway listens there already", ""};
        case PortState::taken:
            return {Condition::fail, "taken by another program",
                    "`ss -ltnp` names it; end it, or choose another port"};
        case PortState::forbidden:
            return {Condition::fail, "this user may not listen there",
                    "a port above 1023, or CAP_NET_BIND_SERVICE for the service"};
        case PortState::foreign:
            return {Condition::fail, "the address is none of this machine's",
                    "`ip address` lists them; 0.0.0.0 is all of them"};
        case PortState::unusable: break;
    }
    return {Condition::fail, "cannot be listened on",
            "check the address; a machine without IPv6 has no [::]"};
}

}  // namespace

Diagnosis diagnose_clock(std::span<const Duration> ahead) {
    if (ahead.empty()) {
        return {"clock", "", Condition::warn, "no answer told the time",
                "see `timedatectl`, or mend what fails above"};
    }
    // When only some of the servers disagree, theirs are the wrong clocks.
    const Duration off = *std::ranges::min_element(ahead, {}, distance);
    const auto whole = std::chrono::duration_cast<seconds>(distance(off)).count();
    const std::string seen = std::to_string(whole) + " s " +
                             (off < Duration::zero() ? "behind" : "ahead of") + " the servers'";
    if (distance(off) <= clock_off) { return {"clock", "", Condition::ok, seen}; }
    const bool wrong = distance(off) > clock_wrong;
    return {"clock", "", wrong ? Condition::fail : Condition::warn, seen,
            "let NTP set it (`timedatectl`): tokens and certificates are valid by the clock"};
}

Diagnosis diagnose_descriptors(std::uint64_t limit, std::uint64_t wanted,
                               const CallerLimits& limits) {
    const std::string seen = std::to_string(limit) + " allowed, " + std::to_string(wanted) +
                             " wanted for " + std::to_string(limits.connections) + " connections";
    if (limit >= wanted) { return {"descriptors", "", Condition::ok, seen}; }
    return {"descriptors", "", Condition::warn, seen,
            "raise the hard limit (`ulimit -Hn`, LimitNOFILE= of the service) or lower "
            "`limits.connections`"};
}

Diagnosis diagnose_port(const std::string& check, const std::string& address, PortState state) {
    const PortWords words = words_of(state);
    return {check, address, words.condition, std::string(words.seen), std::string(words.remedy)};
}

Diagnosis diagnose_admin_reach(const std::string& address, const AdminConfig& admin) {
    if (is_loopback(admin.host)) {
        return {"exposure", address, Condition::ok, "reached from this machine only"};
    }
    const bool by_token = admin.token.kind != SecretSource::Kind::none;
    const bool by_certificate = admin.tls && !admin.tls->client_ca.empty();
    if (by_token || by_certificate) {
        return {"exposure", address, Condition::ok,
                std::string("reached from other machines, with a ") +
                    (by_certificate ? "certificate" : "token")};
    }
    return {"exposure", address, Condition::warn,
            "other machines may reach it, and it asks for no password",
            "listen on 127.0.0.1, or let only your network's scraper through"};
}

Diagnosis diagnose_file(const std::string& subject, const std::string& path,
                        const std::string& trouble) {
    if (trouble.empty()) { return {"file", subject, Condition::ok, path + " is readable"}; }
    return {"file", subject, Condition::fail, path + " " + trouble,
            "put the key there, alone on one line, readable for the user of the service"};
}

Diagnosis diagnose_certificate(const std::string& listener, const std::string& trouble,
                               std::optional<WallTime> expires, WallTime now) {
    if (!trouble.empty() || !expires) {
        return {"certificate", listener, Condition::fail,
                trouble.empty() ? "it has no end that can be read" : trouble,
                "`certificate` is the PEM chain, the listener's own first; `key` is its private "
                "key"};
    }
    const std::string seen = "ends " + expiry_text(*expires, now);
    const bool ended = *expires <= now;
    if (*expires - now > expires_soon) { return {"certificate", listener, Condition::ok, seen}; }
    return {"certificate", listener, ended ? Condition::fail : Condition::warn, seen,
            "renew it; the gateway takes the new one up by itself"};
}

}  // namespace spillway
