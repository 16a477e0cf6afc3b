#include "app/config_file.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <utility>

namespace spillway {

namespace {

std::optional<std::string> from_environment(std::string_view name) {
    const char* const value = std::getenv(std::string(name).c_str());
    if (value == nullptr) { return std::nullopt; }
    return value;
}

}  // namespace

std::string ConfigFile::description() const {
    std::string lines;
    for (const ConfigIssue& issue : loaded.issues) {
        lines.append(describe(issue, path, text)).push_back('\n');
    }
    return lines;
}

std::optional<std::string> read_text(const std::string& path) {
    // By read(), which turns an error (a directory, say) into a state; an iterator would throw.
    std::ifstream stream(path, std::ios::binary);
    std::string text;
    std::array<char, 64 * 1024> piece;
    while (stream && text.size() < file_bytes_max) {
        stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        text.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
    }
    if (!stream.is_open() || stream.bad()) { return std::nullopt; }
    return text;
}

std::optional<ConfigFile> read_config_file(const std::string& path, TableUse use) {
    std::optional<std::string> text = read_text(path);
    if (!text) { return std::nullopt; }
    LoadedConfig loaded = load_config(*text, from_environment, use);
    return ConfigFile{path, *std::move(text), std::move(loaded)};
}

std::string content_hash(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : text) { hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U; }
    std::string digits;
    for (int shift = 60; shift >= 0; shift -= 4) {
        digits += "0123456789abcdef"[(hash >> static_cast<unsigned>(shift)) & 0xFU];
    }
    return digits;
}

}  // namespace spillway
