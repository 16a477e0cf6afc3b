// All callers of a table and what leads to them: ids of keys, subjects of certificates. An
// immutable snapshot beside the fleet's; a request keeps the one it started with.
#pragma once

#include "identity/caller.hpp"
#include "spillway/config.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spillway {

class CallerDirectory {
public:
    struct Key {
        const Caller* caller;
        KeyHash hash;
    };

    CallerDirectory(const Config& config, CallerShares& shares);
    CallerDirectory(const CallerDirectory&) = delete;
    CallerDirectory& operator=(const CallerDirectory&) = delete;

    /// Puts this table's limits in force, for the requests of earlier snapshots too.
    void take_effect() const noexcept;

    /// False: nobody is asked who they are, everybody is anonymous.
    [[nodiscard]] bool asks() const noexcept { return asks_; }
    /// Who is served without credentials; null: nobody.
    [[nodiscard]] const Caller* anonymous() const noexcept { return anonymous_; }
    /// Further header that keys are taken from; empty: none.
    [[nodiscard]] const std::string& key_header() const noexcept { return key_header_; }

    /// In the table's order, the anonymous one at its place or at the end.
    [[nodiscard]] const std::vector<Caller>& all() const noexcept { return callers_; }
    [[nodiscard]] const Caller* find(std::string_view name) const noexcept;

    /// Null when no key has this id.
    [[nodiscard]] const Key* key(std::string_view id) const noexcept;
    /// Null when the subject is nobody's.
    [[nodiscard]] const Caller* certificate(std::string_view subject) const noexcept;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    template <class Value>
    using ByText = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

    void add_proofs();

    std::vector<Caller> callers_;
    ByText<Key> keys_;
    ByText<const Caller*> certificates_;
    std::string key_header_;
    const Caller* anonymous_ = nullptr;
    bool asks_;
};

}  // namespace spillway
