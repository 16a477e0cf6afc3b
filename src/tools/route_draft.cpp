#include "tools/route_draft.hpp"

#include "config/checks.hpp"
#include "tools/table_text.hpp"

#include <algorithm>
#include <utility>

namespace spillway {

bool RouteDraft::has(std::string_view deployment) const {
    return std::ranges::any_of(tiers, [deployment](const TierDraft& tier) {
        return std::ranges::find(tier.deployments, deployment) != tier.deployments.end();
    });
}

bool RouteDraft::is_full() const {
    std::size_t count = 0;
    for (const TierDraft& tier : tiers) { count += tier.deployments.size(); }
    return count >= deployments_per_route_max;
}

DraftEntry RouteDraft::entry() const {
    DraftEntry entry{name, note, {}};
    if (!aliases.empty()) {
        entry.settings.push_back({"aliases", yaml_list(aliases), aliases_note, {}});
    }
    entry.settings.insert(entry.settings.end(), settings.begin(), settings.end());
    Setting listed{"tiers", {}, {}, {}};
    for (const TierDraft& tier : tiers) {
        if (tier.deployments.empty()) { continue; }
        listed.items.push_back({yaml_list(tier.deployments), tier.note});
    }
    entry.settings.push_back(std::move(listed));
    return entry;
}

}  // namespace spillway
