// `spillway init`: writes a first routing table and says what to do with it.
#pragma once

#include "app/terminal.hpp"

#include <cstdint>
#include <string>

namespace spillway {

enum class Overwrite : std::uint8_t { no, yes };

/// `place`: the file, or a folder that exists, which gets a `spillway.yaml`. Asks nothing.
/// `wrong_input` when the file cannot be written, or is there already.
[[nodiscard]] ExitCode init(const std::string& place, Overwrite overwrite, Terminal terminal);

}  // namespace spillway
