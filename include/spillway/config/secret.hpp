// Values that must never be printed, and where the table says they are kept.
#pragma once

#include <cstdint>
#include <cstring>  // explicit_bzero, glibc's
#include <string>
#include <utility>

namespace spillway {

/// A value that must never be printed, and leaves no copy behind in memory that is used again. No
/// stream operator on purpose; `reveal` is easy to grep for.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) { wipe(value); }
    ~Secret() { wipe(value_); }
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }
    /// By value: what was held before is wiped with `other`.
    Secret& operator=(Secret other) noexcept {
        value_.swap(other.value_);
        return *this;
    }

    [[nodiscard]] const std::string& reveal() const noexcept { return value_; }
    [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

private:
    /// A short text stays behind in the string it was moved from, so all of the room is cleared.
    static void wipe(std::string& text) noexcept {
        text.resize(text.capacity());
        ::explicit_bzero(text.data(), text.size());
        text.clear();
    }

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
