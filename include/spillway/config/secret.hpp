// Values that must never be printed, and where the table says they are kept.
#pragma once

#include <cstdint>
#include <string>

namespace spillway {

/// A value that must never be printed. No stream operator on purpose; `reveal` is easy to grep for.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    [[nodiscard]] const std::string& reveal() const noexcept { return value_; }
    [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

private:
    std::string value_;
};

/// `{env: NAME}`, `{file: PATH}`, or the secret itself.
struct SecretSource {
    enum class Kind : std::uint8_t { none, literal, env, file };
    Kind kind = Kind::none;
    /// Literal: the secret itself. Env: read when the table is loaded. File: empty, see `path`.
    Secret value;
    std::string variable;  ///< name of the environment variable, for messages
    std::string path;      ///< re-read when its content changes; one trailing newline is trimmed
};

}  // namespace spillway
