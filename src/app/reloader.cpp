#include "app/reloader.hpp"

#include "app/config_file.hpp"
#include "app/process_settings.hpp"
#include "telemetry/event_log.hpp"

#include <algorithm>
#include <utility>

namespace spillway {

namespace {

// So many lines of a change or a refusal are logged one by one.
constexpr std::size_t lines_logged_max = 50;

std::string place(const ConfigFile& file, const ConfigIssue& issue) {
    std::string at = file.path;
    if (issue.line != 0) {
        at += ":" + std::to_string(issue.line) + ":" + std::to_string(issue.column);
    }
    return at;
}

std::string in_one_line(const ConfigIssue& issue) {
    std::string text = issue.path.empty() ? issue.message : issue.path + ": " + issue.message;
    if (!issue.suggestion.empty()) { text += " (" + issue.suggestion + ")"; }
    return text;
}

bool is_error(const ConfigIssue& issue) { return issue.severity == ConfigIssue::Severity::error; }

/// The first error with its place, and how many more there are.
std::string summary(const ConfigFile& file) {
    const std::vector<ConfigIssue>& issues = file.loaded.issues;
    const auto first = std::ranges::find_if(issues, is_error);
    const auto more = std::ranges::count_if(issues, is_error) - 1;
    std::string text = place(file, *first) + ": " + in_one_line(*first);
    if (more > 0) { text += " (and " + std::to_string(more) + " more)"; }
    return text;
}

void log_issues(const ConfigFile& file) {
    std::size_t logged = 0;
    for (const ConfigIssue& issue : file.loaded.issues) {
        if (++logged > lines_logged_max) { return; }
        log_event(is_error(issue) ? Severity::error : Severity::warn,
                  is_error(issue) ? "config_error" : "config_warning",
                  {{"at", place(file, issue)}, {"message", in_one_line(issue)}});
    }
}

void log_outcome(const Reload& done, std::string_view asked_by, const std::string& hash) {
    if (!done.error.empty()) {
        log_event(Severity::error, "config_reload_failed",
                  {{"asked_by", asked_by},
                   {"error", done.error},
                   {"consequence", "the table before stays in use"}});
        return;
    }
    for (std::size_t i = 0; i < std::min(done.changes.size(), lines_logged_max); ++i) {
        log_event(Severity::info, "config_changed", {{"change", done.changes[i]}});
    }
    log_event(Severity::info, "config_reloaded",
              {{"hash", hash},
               {"asked_by", asked_by},
               {"changes", std::to_string(done.changes.size())}});
}

}  // namespace

std::vector<std::string> files_named_in(const Config& config) {
    std::vector<std::string> files;
    const auto add = [&files](const std::string& path) {
        if (!path.empty()) { files.push_back(path); }
    };
    for (const ListenerConfig& listener : config.listeners) {
        if (!listener.tls) { continue; }
        add(listener.tls->certificate);
        add(listener.tls->key);
        add(listener.tls->client_ca);
    }
    for (const ResourceConfig& resource : config.resources) {
        add(resource.tls.ca_file);
        add(resource.tls.certificate);
        add(resource.tls.key);
    }
    return files;
}

Reloader::Reloader(Gateway& gateway, std::string path, std::string_view text)
    : gateway_(gateway), path_(std::move(path)), tried_(fingerprint(std::string(text))) {}

std::string Reloader::fingerprint(const std::string& text) const {
    std::string all = content_hash(text);
    for (const std::string& file : files_named_in(gateway_.config())) {
        all += content_hash(read_text(file).value_or(""));
    }
    return all;
}

Reload Reloader::reload(std::string_view asked_by) {
    const std::scoped_lock lock(mutex_);
    return read_and_apply(asked_by);
}

void Reloader::reload_if_changed() {
    const std::scoped_lock lock(mutex_);
    if (fingerprint(read_text(path_).value_or("")) != tried_) { read_and_apply("file"); }
}

Reload Reloader::read_and_apply(std::string_view asked_by) {
    Reload done;
    std::string hash;
    const std::optional<ConfigFile> file = read_config_file(path_);
    if (file && file->valid()) {
        hash = content_hash(file->text);
        log_issues(*file);
        done = gateway_.reload(*file->loaded.config, hash);
        if (done.error.empty()) { apply_process_settings(*file->loaded.config); }
    } else {
        done.error = file ? summary(*file) : path_ + ": cannot be read";
        if (file) { log_issues(*file); }
        gateway_.reload_failed(done.error);
    }
    // After: the files are those of the table now in use.
    tried_ = fingerprint(file ? file->text : "");
    log_outcome(done, asked_by, hash);
    return done;
}

void Reloader::start_watching() {
    const auto files = [this] {
        std::vector<std::string> all = files_named_in(gateway_.config());
        all.push_back(path_);
        return all;
    };
    watch_ = std::make_unique<FileWatch>(FileWatch::Params{}, files,
                                         [this] { reload_if_changed(); });
}

}  // namespace spillway
