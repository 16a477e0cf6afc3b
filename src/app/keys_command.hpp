// `spillway keys`: makes keys for callers, and the lines by which the table knows them. A key is
// shown once and never read from an argument, where every process of the machine could see it.
#pragma once

#include "app/terminal.hpp"

#include <iosfwd>
#include <string>

namespace spillway {

/// Prints a new key and its line. `id` empty: a random one.
[[nodiscard]] ExitCode new_key(const std::string& id, Terminal terminal);

/// Prints the line of the key on the first line of `in`.
[[nodiscard]] ExitCode hash_existing_key(std::istream& in, Terminal terminal);

}  // namespace spillway
