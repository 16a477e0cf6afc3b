// Keeps every credential of the table usable, in the background and on a thread of its own: reads
// key files again, fetches tokens before they end, one call per credential at a time. Workers get
// finished header lines; whether a credential can sign now stands in its CredentialState, where
// planning sees it. A request never waits for any of this.
#pragma once

#include "fleet/credential.hpp"
#include "fleet/fleet.hpp"
#include "identity/keeper_thread.hpp"
#include "identity/refresh_schedule.hpp"
#include "identity/token_reply.hpp"
#include "spillway/random.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace spillway {

class CredentialKeeper {
public:
    using Lines = std::shared_ptr<const CredentialLines>;
    /// Called on the keeper's thread with every change; must only hand over and return.
    using Publish = std::function<void(const std::shared_ptr<const Fleet>&, const Lines&)>;

    static constexpr std::chrono::seconds read_files_every{2};

    CredentialKeeper(Publish publish, std::uint64_t seed);

    /// From now on the credentials of `fleet`; what it shares with the fleet before is kept. Waits
    /// until each of the new ones has been asked for, at most `patience`. One thread.
    void keep(std::shared_ptr<const Fleet> fleet, Duration patience);
    /// Those of the fleet that is kept. Any thread.
    [[nodiscard]] Lines lines() const;
    /// Publishes what is known now: for workers that have just taken the fleet. Any thread.
    void announce();

private:
    struct Kept;

    void adopt(std::shared_ptr<const Fleet> fleet);
    void look(TimePoint now);
    void read_file(Kept& kept, TimePoint now);
    void tend_token(const std::shared_ptr<Kept>& kept, TimePoint now);
    void sign();
    void tell_when_tried();

    [[nodiscard]] task<void> refresh(std::shared_ptr<Kept> kept);
    void take(Kept& kept, const Result<WebReply>& reply);
    void keep_token(Kept& kept, Token token);
    struct Trouble;
    void note(Kept& kept, const Trouble& trouble);

    Publish publish_;
    Rng rng_;
    std::shared_ptr<const Fleet> fleet_;
    std::vector<std::shared_ptr<Kept>> kept_;  // by index of the credential
    mutable std::mutex mutex_;                 // of lines_
    Lines lines_;
    KeeperThread thread_;
};

}  // namespace spillway
