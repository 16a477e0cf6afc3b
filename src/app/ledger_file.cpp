#include "app/ledger_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

namespace spillway {

namespace {

// systemd names StateDirectory= so; of several the first is ours.
std::string path_of(const LedgerConfig& ledger) {
    if (!ledger.path.empty()) { return ledger.path; }
    const char* const given = std::getenv("STATE_DIRECTORY");
    const std::string_view directories = given == nullptr ? "" : given;
    const std::string directory(directories.substr(0, directories.find(':')));
    return directory.empty() ? "ledger.db" : directory + "/ledger.db";
}

}  // namespace

Store::Text keep_budgets(Ledger& ledger, const Config& config) {
    const bool needed = std::ranges::any_of(config.callers, [](const CallerConfig& caller) {
        return limits_anything(caller.budget);
    });
    return needed ? ledger.keep_in(path_of(config.ledger)) : Store::Text();
}

}  // namespace spillway
