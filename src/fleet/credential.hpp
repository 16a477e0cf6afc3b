// What a request to a resource is signed with, as a finished header line. The line a worker uses is
// its own copy, replaced by `post`, so signing takes no lock and never waits.
#pragma once

#include "spillway/config.hpp"
#include "wire/head.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// The caller's own token, to be sent on. With CRLF.
[[nodiscard]] std::string callers_line(const RequestHead& head);

/// With CRLF. An API key goes to Azure as `api-key`; keys for others, bearer keys and tokens as
/// `Authorization: Bearer`. Empty for no key.
[[nodiscard]] std::string credential_line(ResourceKind kind, CredentialConfig::Kind source,
                                          const Secret& key);

/// Header lines by index of the resource; empty where nothing is signed, or cannot be now.
/// Immutable; workers swap the pointer.
using CredentialLines = std::vector<std::string>;
/// `keys`: keys and tokens by index of the credential.
[[nodiscard]] std::shared_ptr<const CredentialLines> sign_all(const Config& config,
                                                              std::span<const Secret> keys);

}  // namespace spillway
