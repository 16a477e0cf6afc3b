// `spillway doctor`: what will go wrong when this table is served from this machine, found before
// anybody's request does; and when something is wrong already, where.
#pragma once

#include "app/terminal.hpp"

#include <cstdint>
#include <string>

namespace spillway {

enum class DoctorFormat : std::uint8_t {
    text,  ///< findings in the table to `err` as `check` has them, a line for each check to `out`
    json,  ///< one document to `out`
};

/// `wrong_input` when any check fails; warnings alone are fine. Takes half a minute at most.
[[nodiscard]] ExitCode doctor(const std::string& path, DoctorFormat format, Terminal terminal);

}  // namespace spillway
