// A route in the making: importers collect its deployments one by one, then it becomes an entry of
// the table.
#pragma once

#include "tools/table_draft.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

struct TierDraft {
    std::vector<std::string> deployments;
    std::string note;
};

struct RouteDraft {
    std::string name;
    std::string note;
    std::vector<std::string> aliases;
    std::string aliases_note;
    std::vector<TierDraft> tiers;
    std::vector<Setting> settings;  ///< what else it has

    [[nodiscard]] bool has(std::string_view deployment) const;
    /// True when the table would refuse another deployment in this route.
    [[nodiscard]] bool is_full() const;
    [[nodiscard]] DraftEntry entry() const;
};

}  // namespace spillway
