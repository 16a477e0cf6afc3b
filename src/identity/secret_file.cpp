#include "identity/secret_file.hpp"

#include "wire/octets.hpp"

#include <fstream>
#include <utility>

namespace spillway {

Secret read_secret_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(secret_file_bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    Secret read(std::move(text));
    return read.reveal().size() > secret_file_bytes_max ? Secret() : read;
}

Secret read_key_file(const std::string& path) {
    const Secret read = read_secret_file(path);
    std::string_view text = read.reveal();
    if (text.ends_with('\n')) { text.remove_suffix(1); }
    if (text.ends_with('\r')) { text.remove_suffix(1); }
    return octets::all(octets::visible, text) ? Secret(std::string(text)) : Secret();
}

Secret current_key(const SecretSource& source) {
    return source.kind == SecretSource::Kind::file ? read_key_file(source.path) : source.value;
}

}  // namespace spillway
