// What has been found out about tokens, for as long as it holds, so that a signature is verified
// once per token and worker and not once per request. Only tokens that are right are kept: wrong
// ones cost whoever sends them the most.
#pragma once

#include "identity/caller_key.hpp"
#include "spillway/time.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace spillway {

class Caller;
class CallerDirectory;
class TokenIssuer;

/// One worker's.
class TokenCache {
public:
    /// Beyond, all are forgotten: tokens live for an hour, and so many callers have none.
    static constexpr std::size_t entries_max = 4096;
    /// Role assignments are in the token; this bounds how long a key that was withdrawn counts
    /// when its withdrawal has not been seen.
    static constexpr std::chrono::seconds lifetime_max{300};

    struct Entry {
        const Caller* caller = nullptr;  ///< of the directory
        std::string subject;
        const TokenIssuer* issuer = nullptr;  ///< of the directory: whose keys verified it ...
        std::uint64_t version = 0;            ///< ... when they were these
        WallTime until{};
    };

    /// Forgets everything that was found out with another directory.
    void use(const std::shared_ptr<const CallerDirectory>& directory) {
        if (directory_ == directory) { return; }
        entries_.clear();
        directory_ = directory;
    }
    /// By the SHA-256 of the token. Null: not known, or not any more.
    [[nodiscard]] const Entry* find(const Digest& token, WallTime now) const {
        const auto found = entries_.find(token);
        const bool holds = found != entries_.end() && now < found->second.until;
        return holds ? &found->second : nullptr;
    }
    void keep(const Digest& token, Entry entry) {
        if (entries_.size() >= entries_max) { entries_.clear(); }
        entries_.insert_or_assign(token, std::move(entry));
    }

private:
    /// A digest is random already.
    struct Hash {
        std::size_t operator()(const Digest& digest) const noexcept {
            std::size_t word = 0;
            std::memcpy(&word, digest.data(), sizeof word);
            return word;
        }
    };

    std::shared_ptr<const CallerDirectory> directory_;
    std::unordered_map<Digest, Entry, Hash> entries_;
};

}  // namespace spillway
