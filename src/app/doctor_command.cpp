#include "app/doctor_command.hpp"

#include "app/config_file.hpp"
#include "app/host_checks.hpp"
#include "app/issuer_checks.hpp"
#include "app/resource_checks.hpp"
#include "tools/diagnosis.hpp"

#include <algorithm>
#include <optional>
#include <ostream>
#include <vector>

namespace spillway {

namespace {

std::string counted(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

Diagnosis diagnose_table(const std::string& path, const std::optional<ConfigFile>& file) {
    if (!file) {
        return {"config", "", Condition::fail, path + " cannot be read",
                "run this as the user of the service; `spillway init` writes a first one"};
    }
    const auto is_error = [](const ConfigIssue& issue) {
        return issue.severity == ConfigIssue::Severity::error;
    };
    const auto errors = static_cast<std::size_t>(std::ranges::count_if(file->loaded.issues,
                                                                       is_error));
    const std::size_t warnings = file->loaded.issues.size() - errors;
    const std::string remedy = "`spillway check " + path + "` shows them";
    if (errors > 0) {
        return {"config", "", Condition::fail, path + " has " + counted(errors, "error"), remedy};
    }
    if (warnings > 0) {
        return {"config", "", Condition::warn, path + " has " + counted(warnings, "warning"),
                remedy};
    }
    return {"config", "", Condition::ok, path + " has no mistakes"};
}

/// To go on with when only keys and files are missing here.
std::optional<Config> usable_part(const std::string& path, const std::optional<ConfigFile>& file) {
    if (!file) { return std::nullopt; }
    if (file->valid()) { return file->loaded.config; }
    const auto without_secrets = read_config_file(path, TableUse::elsewhere);
    return without_secrets ? without_secrets->loaded.config : std::nullopt;
}

void append(std::vector<Diagnosis>& all, const std::vector<Diagnosis>& more) {
    all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

ExitCode doctor(const std::string& path, DoctorFormat format, Terminal terminal) {
    const std::optional<ConfigFile> file = read_config_file(path);
    std::vector<Diagnosis> all{diagnose_table(path, file)};
    if (const std::optional<Config> config = usable_part(path, file)) {
        // Silence of a resource takes its time, and nothing else would be seen meanwhile.
        if (format == DoctorFormat::text) {
            terminal.err << "Looking at this machine and asking "
                         << counted(config->resources.size(), "resource")
                         << ", half a minute at most ...\n"
                         << std::flush;
        }
        append(all, check_host(*config));
        append(all, check_resources(*config));
        append(all, check_issuers(*config));
    }
    if (format == DoctorFormat::json) {
        terminal.out << diagnoses_json(path, all);
    } else {
        terminal.err << (file ? file->description() : "");
        terminal.out << diagnoses_text(all);
    }
    return worst(all) == Condition::fail ? ExitCode::wrong_input : ExitCode::fine;
}

}  // namespace spillway
