// A routing table as a file: read, loaded, and named by its content. Shared by the commands that
// take one.
#pragma once

#include "spillway/config_load.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

struct ConfigFile {
    std::string path;
    std::string text;
    LoadedConfig loaded;

    [[nodiscard]] bool valid() const noexcept { return loaded.config.has_value(); }
    /// describe() of every issue, one after the other; empty without issues.
    [[nodiscard]] std::string description() const;
};

/// None when the file cannot be read. `${VAR}` comes from the process's environment.
[[nodiscard]] std::optional<ConfigFile> read_config_file(const std::string& path,
                                                         TableUse use = TableUse::here);

/// More than any reader of a file takes: what is longer may be cut, it is refused anyway.
inline constexpr std::size_t file_bytes_max = std::size_t{64} * 1024 * 1024;

/// The whole file; none when it cannot be read.
[[nodiscard]] std::optional<std::string> read_text(const std::string& path);

/// Sixteen hexadecimal digits that change with the text (FNV-1a); tells tables apart, proves
/// nothing.
[[nodiscard]] std::string content_hash(std::string_view text);

}  // namespace spillway
