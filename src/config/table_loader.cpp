#include "config/table_loader.hpp"

#include "config/suggest.hpp"

#include <algorithm>
#include <string>

namespace spillway {

namespace {

void load(const YamlNode& node, const Shape& shape, Issues& issues);

/// "a name, or a list".
std::string words_for(const Shape& shape) {
    std::string words = shape.scalar ? shape.scalar->words : std::string{};
    const auto add = [&words](std::string_view form) {
        if (!words.empty()) { words += " or "; }
        words += form;
    };
    if (shape.map || shape.entry) { add("a map"); }
    if (shape.item) { add("a list"); }
    return words;
}

/// How to write a single name where a list of them belongs; for tiers, a list of lists.
std::string as_list(const YamlNode& node, const Shape& shape) {
    if (node.kind != YamlNode::Kind::scalar || !shape.item) { return {}; }
    const bool of_lists = static_cast<bool>(shape.item().item);
    return of_lists ? "write [[" + node.text + "]]" : "write [" + node.text + "]";
}

void load_scalar(const YamlNode& node, const Scalar& scalar, Issues& issues) {
    if (node.text.empty()) {
        issues.error(node.place, "is empty", "has to be " + scalar.words);
        return;
    }
    if (const auto complaint = scalar.store(node.text)) {
        issues.error(node.place, complaint->message, complaint->suggestion);
    }
}

void load_entries(const YamlNode& node, const Shape& shape, Issues& issues) {
    for (const auto& [key, value] : node.entries) {
        if (!is_name(key.text, shape.names)) {
            const Complaint complaint = refuse_name(key.text, shape.names);
            issues.error(key.place, complaint.message, complaint.suggestion);
        }
        load(value, shape.entry(key.text), issues);
    }
}

std::vector<std::string> keys_of(const std::vector<Row>& rows) {
    std::vector<std::string> keys;
    for (const Row& row : rows) { keys.push_back(row.key); }
    return keys;
}

/// A second key is complained about where it stands; a slip of the only one has been already.
void require_one_key(const YamlNode& node, const std::vector<Row>& rows, Issues& issues) {
    if (node.entries.empty()) { issues.error(node.place, "needs one of " + listed(keys_of(rows))); }
    if (node.entries.size() < 2) { return; }
    const YamlNode& first = node.entries[0].key;
    const YamlNode& second = node.entries[1].key;
    issues.error(second.place, "`" + first.text + "` stands here already, and only one of them may",
                 "keep one");
}

void load_map(const YamlNode& node, const Shape& shape, Issues& issues) {
    if (shape.map) {
        const std::vector<Row> rows = shape.map();
        load_rows(node, rows, issues);
        if (shape.one_key) { require_one_key(node, rows, issues); }
    }
    if (shape.entry) { load_entries(node, shape, issues); }
}

void load_list(const YamlNode& node, const Shape& shape, Issues& issues) {
    for (const YamlNode& item : node.items) { load(item, shape.item(), issues); }
}

void load(const YamlNode& node, const Shape& shape, Issues& issues) {
    using Kind = YamlNode::Kind;
    const bool is_map = shape.map || shape.entry;
    if (node.kind == Kind::refused) { return; }
    if (node.kind == Kind::scalar && shape.scalar) {
        load_scalar(node, *shape.scalar, issues);
    } else if (node.kind == Kind::list && shape.item) {
        load_list(node, shape, issues);
    } else if (is_map && (node.kind == Kind::map || node.kind == Kind::null)) {
        // A key whose entries have all been commented out is a map without entries.
        load_map(node, shape, issues);
    } else if (node.kind == Kind::null) {
        issues.error(node.place, "has no value", "has to be " + words_for(shape));
    } else {
        issues.error(node.place, "has to be " + words_for(shape), as_list(node, shape));
    }
}

void refuse_unknown_keys(const YamlNode& node, const std::vector<Row>& rows, Issues& issues) {
    for (const auto& [key, value] : node.entries) {
        const bool known = std::any_of(rows.begin(), rows.end(),
                                       [&](const Row& row) { return row.key == key.text; });
        if (known) { continue; }
        issues.error(key.place, "there is no key `" + key.text + "` here",
                     did_you_mean(key.text, keys_of(rows)));
    }
}

}  // namespace

void load_rows(const YamlNode& node, const std::vector<Row>& rows, Issues& issues) {
    refuse_unknown_keys(node, rows, issues);
    for (const Row& row : rows) {
        const YamlNode* value = node.find(row.key);
        if (value != nullptr) {
            load(*value, row.shape, issues);
        } else if (row.presence == Row::Presence::required) {
            issues.error(node.place, "`" + row.key + "` is missing", row.description);
        }
    }
}

}  // namespace spillway
