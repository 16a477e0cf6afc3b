#include "config/yaml_node.hpp"

#include <algorithm>

namespace spillway {

const YamlNode* YamlNode::find(std::string_view key) const {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [key](const Entry& entry) { return entry.key.text == key; });
    return found == entries.end() ? nullptr : &found->value;
}

const YamlNode& nearest(const YamlNode& root, std::initializer_list<std::string_view> keys) {
    const YamlNode* node = &root;
    for (const std::string_view key : keys) {
        const YamlNode* next = node->find(key);
        if (next == nullptr) { break; }
        node = next;
    }
    return *node;
}

}  // namespace spillway
