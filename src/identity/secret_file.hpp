// Files that hold what proves who we are. Read again and again, because they are replaced while we
// run: keys, certificates, Kubernetes' tokens.
#pragma once

#include "spillway/config/secret.hpp"

#include <cstddef>
#include <string>

namespace spillway {

inline constexpr std::size_t secret_file_bytes_max = std::size_t{64} * 1024;

/// All of it; empty when it cannot be read or is larger than anything that belongs here.
[[nodiscard]] Secret read_secret_file(const std::string& path);

/// The same for what is sent: without one trailing newline; empty when it could not stand in a
/// header.
[[nodiscard]] Secret read_key_file(const std::string& path);

/// The content of its file, or what the table holds.
[[nodiscard]] Secret current_key(const SecretSource& source);

}  // namespace spillway
