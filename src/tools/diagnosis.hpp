// What `spillway doctor` says: one value for each check, and how all of them are written for people
// and for programs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace spillway {

enum class Condition : std::uint8_t {
    ok,
    warn,  ///< it works, but not as it should, or not for long
    fail,
};
[[nodiscard]] std::string_view name(Condition condition) noexcept;

struct Diagnosis {
    std::string check;    ///< a word: `dns`, `tls`, `clock` ...
    std::string subject;  ///< which resource, listener or credential; empty: this machine
    Condition condition = Condition::ok;
    std::string seen;
    std::string remedy{};  ///< empty when nothing has to be done
};

/// A line each, and below it the remedy.
[[nodiscard]] std::string diagnoses_text(std::span<const Diagnosis> all);

/// {file, healthy, checks: [{check, subject, condition, seen, remedy}]}; ends with a newline.
[[nodiscard]] std::string diagnoses_json(const std::string& file, std::span<const Diagnosis> all);

/// The worst of them.
[[nodiscard]] Condition worst(std::span<const Diagnosis> all) noexcept;

}  // namespace spillway
