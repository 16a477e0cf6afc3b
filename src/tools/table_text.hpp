// A draft of a routing table as commented YAML that `spillway check` accepts: everything that comes
// from the outside is quoted, and no comment can end before its line does.
#pragma once

#include "tools/table_draft.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// More of them are only counted: the table itself has to stay readable.
inline constexpr std::size_t leftovers_in_table_max = 500;

[[nodiscard]] std::string table_text(const TableDraft& draft);

/// One line for a leftover, without control characters and of bounded length.
[[nodiscard]] std::string leftover_text(const Leftover& leftover);

/// A line of its own that is only a comment.
[[nodiscard]] Setting note_setting(std::string note);

/// A value that means exactly `text`, dollar signs included.
[[nodiscard]] std::string yaml_text(std::string_view text);
/// A value that is read from the environment when the table is loaded.
[[nodiscard]] std::string yaml_variable(std::string_view name);
/// `[a, b]`.
[[nodiscard]] std::string yaml_list(const std::vector<std::string>& texts);

}  // namespace spillway
