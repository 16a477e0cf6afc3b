// Keeps the keys of every issuer of the table, in the background and on a thread of its own: one
// fetch per issuer at a time, the last good keys for as long as a fetch fails. A request never
// waits for any of this.
#pragma once

#include "identity/keeper_thread.hpp"
#include "identity/token_issuer.hpp"
#include "spillway/random.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace spillway {

/// Asks an issuer for its keys. The loader has seen that the URL is one.
[[nodiscard]] WebCall keys_request(const TokenIssuerConfig& issuer);

/// What operators may know of an issuer.
struct IssuerStatus {
    std::string name;
    std::size_t keys = 0;  ///< that tokens are verified with now; 0: never fetched
    std::uint64_t refreshed = 0;
    std::uint64_t failed = 0;
    TokenTrouble trouble = TokenTrouble::none;  ///< of the last attempt
};

class KeySetKeeper {
public:
    explicit KeySetKeeper(std::uint64_t seed);

    /// From now on the keys of these issuers; what is known of them is kept. Waits until each of
    /// the new ones has been asked, at most `patience`. One thread.
    void keep(const std::vector<TokenIssuer>& issuers, Duration patience);
    /// In the table's order. Any thread.
    [[nodiscard]] std::vector<IssuerStatus> status() const;

private:
    struct Kept;

    void adopt(const std::vector<TokenIssuer>& issuers);
    void look(TimePoint now);
    void tell_when_tried();
    [[nodiscard]] task<void> refresh(std::shared_ptr<Kept> kept);
    void take(Kept& kept, const Result<WebReply>& reply);
    struct Trouble;
    void note(Kept& kept, const Trouble& trouble);

    Rng rng_;
    mutable std::mutex mutex_;  // of kept_ and the configs in it; all else is the thread's
    std::vector<std::shared_ptr<Kept>> kept_;
    KeeperThread thread_;
};

}  // namespace spillway
