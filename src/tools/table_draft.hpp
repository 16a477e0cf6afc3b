// A routing table that is about to be written: what stands in it, in which order, and the comment
// beside each line. Importers make one; table_text turns it into YAML.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace spillway {

/// One line of a list, as YAML.
struct DraftItem {
    std::string yaml;
    std::string note;
};

/// `key: yaml  # note`, or with `items` a list below the key. With neither, the note alone.
struct Setting {
    std::string key;
    std::string yaml;
    std::string note;
    std::vector<DraftItem> items;
};

/// One resource, deployment, route ...
struct DraftEntry {
    std::string name;
    std::string note;
    std::vector<Setting> settings;
};

struct DraftSection {
    std::string key;
    std::vector<DraftEntry> entries;
    std::vector<Setting> settings;  ///< of a section without entries, such as `defaults`
};

/// Something of the input that the table does not have. Line and column are 1-based; 0 where the
/// input has no lines to speak of.
struct Leftover {
    std::size_t line = 0;
    std::size_t column = 0;
    std::string where;  ///< path in the input, or the name of the thing
    std::string why;    ///< and what to do instead
};

struct TableDraft {
    std::string origin;  ///< "`spillway import azure` (accounts: 4)"
    std::string listen;
    std::vector<DraftSection> sections;
    std::vector<Leftover> leftovers;
};

}  // namespace spillway
