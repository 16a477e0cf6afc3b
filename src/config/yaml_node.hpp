// A routing table's text as a tree of values with positions. Our own small tree, because yaml-cpp's
// forgets where keys and aliases stood, accepts duplicate keys and reads `no` as false.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// Where a value stands. Line and column are 1-based, the column counts characters; 0 is "nowhere".
struct YamlPlace {
    std::size_t line = 0;
    std::size_t column = 0;
    std::string path;  ///< e.g. `routes.gpt-4o.tiers[0][1]`; empty for the whole table
};

struct YamlNode {
    struct Entry;
    enum class Kind : std::uint8_t {
        null,
        scalar,
        list,
        map,
        refused,  ///< has been complained about already
    };

    Kind kind = Kind::null;
    std::string text;          ///< of a scalar; what it means is for its reader to say
    bool substituted = false;  ///< `text` contains the value of an environment variable
    YamlPlace place;
    std::vector<YamlNode> items;
    std::vector<Entry> entries;  ///< in file order, keys are unique

    /// The value under `key`, or null when this is no map or has no such key.
    [[nodiscard]] const YamlNode* find(std::string_view key) const;
};

struct YamlNode::Entry {
    YamlNode key;  ///< a scalar; its place has the path of the value
    YamlNode value;
};

/// Follows `keys` down from `root` as far as they exist: where to point for a value that may be
/// absent.
[[nodiscard]] const YamlNode& nearest(const YamlNode& root,
                                      std::initializer_list<std::string_view> keys);

}  // namespace spillway
