#include "app/check_command.hpp"

#include "app/config_file.hpp"
#include "app/finding_json.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <ostream>

namespace spillway {

namespace {

using Json = nlohmann::ordered_json;

std::string counted(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

void print_text(const std::string& path, const std::optional<ConfigFile>& file, Terminal terminal) {
    if (!file) {
        terminal.err << path << ": error: cannot be read\n";
        return;
    }
    terminal.err << file->description();
    if (!file->valid()) { return; }
    const Config& config = *file->loaded.config;
    terminal.out << path << ": ok (" << counted(config.routes.size(), "route") << ", "
                 << counted(config.deployments.size(), "deployment") << ", "
                 << counted(config.resources.size(), "resource") << ")\n";
}

Json file_json(const std::string& path, const std::optional<ConfigFile>& file) {
    Json issues = Json::array();
    if (file) {
        for (const ConfigIssue& issue : file->loaded.issues) {
            issues.push_back(finding_json(issue));
        }
    } else {
        ConfigIssue unreadable;
        unreadable.message = "cannot be read";
        issues.push_back(finding_json(unreadable));
    }
    return {{"file", path}, {"valid", file && file->valid()}, {"issues", std::move(issues)}};
}

}  // namespace

ExitCode check(const std::vector<std::string>& paths, CheckFormat format, Terminal terminal) {
    Json document = Json::array();
    ExitCode code = ExitCode::fine;
    for (const std::string& path : paths) {
        const std::optional<ConfigFile> file = read_config_file(path);
        if (!file || !file->valid()) { code = ExitCode::wrong_input; }
        if (format == CheckFormat::json) {
            document.push_back(file_json(path, file));
        } else {
            print_text(path, file, terminal);
        }
    }
    if (format == CheckFormat::json) {
        terminal.out << document.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    }
    return code;
}

}  // namespace spillway
