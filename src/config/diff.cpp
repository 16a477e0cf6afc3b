#include "config/diff.hpp"

#include "config/fixed_keys.hpp"
#include "config/settings.hpp"

#include <algorithm>

namespace spillway {

namespace {

std::string shown(const std::string& value) { return value.empty() ? "none" : value; }

std::string title(const SettingsOf& of) {
    return of.name.empty() ? of.section : of.section + " " + of.name + ": ";
}

const std::string& value_of(const Settings& settings, const std::string& key) {
    static const std::string none;
    const auto found = settings.find(key);
    return found == settings.end() ? none : found->second;
}

void add_changes(std::vector<std::string>& lines, const SettingsOf& of, const Settings& before,
                 const Settings& after) {
    Settings keys = before;
    keys.insert(after.begin(), after.end());
    for (const auto& [key, unused] : keys) {
        const std::string& old = value_of(before, key);
        const std::string& now = value_of(after, key);
        if (old != now) {
            lines.push_back("~ " + title(of) + key + " " + shown(old) + " -> " + shown(now));
        }
    }
}

const CredentialConfig* find(const Config& config, const std::string& name) {
    const auto found = std::ranges::find(config.credentials, name, &CredentialConfig::name);
    return found == config.credentials.end() ? nullptr : &*found;
}

// A table that takes its key from a variable, too, may carry another one than before.
void add_changed_keys(std::vector<std::string>& lines, const Config& before, const Config& after) {
    for (const CredentialConfig& credential : after.credentials) {
        const CredentialConfig* const old = find(before, credential.name);
        if (old != nullptr && old->secret.value.reveal() != credential.secret.value.reveal()) {
            lines.push_back("~ credential " + credential.name + ": another key");
        }
    }
}

}  // namespace

std::vector<std::string> diff(const Config& before, const Config& after) {
    const std::map<SettingsOf, Settings> old = settings(before);
    const std::map<SettingsOf, Settings> now = settings(after);
    std::vector<std::string> lines;
    for (const auto& [of, unused] : old) {
        if (!now.contains(of)) { lines.push_back("- " + of.section + " " + of.name); }
    }
    for (const auto& [of, values] : now) {
        const auto found = old.find(of);
        if (found == old.end()) {
            lines.push_back("+ " + of.section + " " + of.name);
        } else {
            add_changes(lines, of, found->second, values);
        }
    }
    add_changed_keys(lines, before, after);
    return lines;
}

std::vector<std::string> needing_restart(const Config& before, const Config& after) {
    const std::map<SettingsOf, Settings> old = settings(before);
    const std::map<SettingsOf, Settings> now = settings(after);
    std::vector<std::string> keys;
    for (const FixedKey& fixed : fixed_keys) {
        const SettingsOf of{std::string(fixed.section), ""};
        const std::string key(fixed.key);
        if (value_of(old.at(of), key) != value_of(now.at(of), key)) {
            keys.push_back(of.section + key);
        }
    }
    return keys;
}

}  // namespace spillway
