// What a request to a resource is signed with, as a finished header line. Keys from files are read
// again when their content changes; the line a worker uses is its own copy, replaced by `post`, so
// signing takes no lock and never waits.
#pragma once

#include "spillway/config.hpp"
#include "wire/head_rules.hpp"

#include <memory>
#include <string>
#include <vector>

namespace spillway {

/// `api-key: K` + CRLF for family azure, `Authorization: Bearer K` + CRLF for family openai; empty
/// for no key.
[[nodiscard]] std::string credential_line(UpstreamFamily family, const Secret& key);

/// The current key of a credential: file content without one trailing newline, or what the table
/// holds. Empty and a logged error when a file cannot be read or holds something that cannot stand
/// in a header.
[[nodiscard]] Secret current_key(const CredentialConfig& credential);

/// Likewise of any secret; `name` is how log lines call it.
[[nodiscard]] Secret current_key(const SecretSource& source, const std::string& name);

/// Header lines by index of the resource. Immutable; workers swap the pointer.
using CredentialLines = std::vector<std::string>;
[[nodiscard]] std::shared_ptr<const CredentialLines> sign_all(const Config& config);

/// True when any credential comes from a file and so may change.
[[nodiscard]] bool may_change(const Config& config) noexcept;

}  // namespace spillway
