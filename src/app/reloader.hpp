// Takes the routing table from its file again, whoever asked for it: SIGHUP, POST /reload, or the
// file itself by having changed. Tells the operator what became of it.
#pragma once

#include "app/file_watch.hpp"
#include "spillway/gateway.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace spillway {

class Reloader {
public:
    /// `text` is what the gateway was started with. `gateway` outlives it.
    Reloader(Gateway& gateway, std::string path, std::string_view text);

    /// Reads and applies the table, changed or not: files it names may have. Any thread.
    Reload reload(std::string_view asked_by);
    /// Follows the files from now on.
    void start_watching();
    void stop_watching() { watch_.reset(); }

private:
    [[nodiscard]] std::string fingerprint(const std::string& text) const;
    void reload_if_changed();
    Reload read_and_apply(std::string_view asked_by);

    Gateway& gateway_;
    std::string path_;
    std::mutex mutex_;
    std::string tried_;  // fingerprint of what was tried last
    std::unique_ptr<FileWatch> watch_;
};

/// The files of `config` that are read when it takes effect: certificates, keys, authorities. API
/// keys have their own watch.
[[nodiscard]] std::vector<std::string> files_named_in(const Config& config);

}  // namespace spillway
