#include "config/yaml_reader.hpp"

#include "config/text_position.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>

namespace spillway {

namespace {

YamlPlace place_of(const YAML::Mark& mark, const TextPosition& position) {
    if (mark.is_null()) { return {}; }
    const auto line = static_cast<std::size_t>(mark.line) + 1;
    return {line, position.column(line, static_cast<std::size_t>(mark.column)), {}};
}

std::string path_of_key(const std::string& map, const std::string& key) {
    return map.empty() ? key : map + "." + key;
}

/// Gives a copied subtree the paths of the place it was copied to.
void assign_paths(YamlNode& node, const std::string& path) {
    node.place.path = path;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        assign_paths(node.items[i], path + "[" + std::to_string(i) + "]");
    }
    for (auto& [key, value] : node.entries) {
        key.place.path = path_of_key(path, key.text);
        assign_paths(value, key.place.path);
    }
}

std::size_t count_nodes(const YamlNode& node) {
    std::size_t count = 1;
    for (const YamlNode& item : node.items) { count += count_nodes(item); }
    for (const auto& [key, value] : node.entries) { count += 1 + count_nodes(value); }
    return count;
}

/// Builds the tree from yaml-cpp's events. After a broken bound it lets the rest of them pass by.
class TreeBuilder : public YAML::EventHandler {
public:
    TreeBuilder(const TextPosition& position, Issues& issues, MergeKeys merge_keys)
        : position_(position), issues_(issues), merge_keys_(merge_keys) {}

    /// The tree, unless a bound was broken.
    [[nodiscard]] std::optional<YamlNode> take() && {
        if (broken_) { return std::nullopt; }
        return std::move(root_);
    }

    /// Where the document begins.
    [[nodiscard]] const YamlPlace& start() const { return start_; }

    void OnDocumentStart(const YAML::Mark& mark) override { start_ = place_of(mark, position_); }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        if (admit(mark)) { attach(make(YamlNode::Kind::null, mark), anchor); }
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        if (!admit(mark)) { return; }
        refuse_tag(tag, mark);
        YamlNode node = make(YamlNode::Kind::scalar, mark);
        node.text = value;
        attach(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        if (!admit(mark)) { return; }
        const auto anchored = anchored_.find(anchor);
        if (anchored == anchored_.end()) {
            issues_.error(place(mark), "this alias refers to a value it is part of");
            attach(make(YamlNode::Kind::refused, mark), YAML::NullAnchor);
            return;
        }
        nodes_ += count_nodes(anchored->second) - 1;
        if (!within_bounds(mark)) { return; }
        YamlNode copy = anchored->second;
        assign_paths(copy, next_path());
        copy.place = place(mark);
        attach(std::move(copy), YAML::NullAnchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(YamlNode::Kind::list, mark, tag, anchor);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(YamlNode::Kind::map, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

private:
    /// A list or map whose end has not been seen.
    struct Frame {
        YamlNode node;
        YAML::anchor_t anchor;
        std::optional<YamlNode> key;  // read, its value is next
        std::unordered_map<std::string, std::size_t> first_lines;
        std::vector<YamlNode> merged;  // maps whose entries it takes over
    };

    /// The path of what is read next.
    [[nodiscard]] std::string next_path() const {
        if (frames_.empty()) { return {}; }
        const auto& [node, anchor, key, first_lines, merged] = frames_.back();
        if (node.kind == YamlNode::Kind::list) {
            return node.place.path + "[" + std::to_string(node.items.size()) + "]";
        }
        return key ? key->place.path : node.place.path;
    }

    [[nodiscard]] YamlPlace place(const YAML::Mark& mark) const {
        YamlPlace place = place_of(mark, position_);
        place.path = next_path();
        return place;
    }

    [[nodiscard]] YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark) const {
        YamlNode node;
        node.kind = kind;
        node.place = place(mark);
        return node;
    }

    bool admit(const YAML::Mark& mark) {
        ++nodes_;
        return within_bounds(mark);
    }

    bool within_bounds(const YAML::Mark& mark) {
        if (broken_) { return false; }
        if (nodes_ > yaml_nodes_max) {
            break_off(mark, "more than " + std::to_string(yaml_nodes_max) + " values");
        } else if (frames_.size() > yaml_depth_max) {
            break_off(mark, "nested deeper than " + std::to_string(yaml_depth_max) + " levels");
        }
        return !broken_;
    }

    void break_off(const YAML::Mark& mark, std::string message) {
        issues_.error(place(mark), std::move(message));
        broken_ = true;
    }

    void refuse_tag(const std::string& tag, const YAML::Mark& mark) {
        if (tag.empty() || tag == "?" || tag == "!") { return; }
        issues_.error(place(mark), "YAML tags are not used here", "remove the tag");
    }

    void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
              YAML::anchor_t anchor) {
        if (!admit(mark)) { return; }
        refuse_tag(tag, mark);
        frames_.push_back({make(kind, mark), anchor, std::nullopt, {}, {}});
    }

    void close() {
        if (broken_) { return; }
        Frame frame = std::move(frames_.back());
        frames_.pop_back();
        for (YamlNode& map : frame.merged) { take_over(frame, map); }
        attach(std::move(frame.node), frame.anchor);
    }

    void attach(YamlNode node, YAML::anchor_t anchor) {
        if (anchor != YAML::NullAnchor) { anchored_.insert_or_assign(anchor, node); }
        if (frames_.empty()) {
            root_ = std::move(node);
            return;
        }
        Frame& frame = frames_.back();
        // yaml-cpp reports an absent value where the next token stands: too far down.
        if (frame.node.kind == YamlNode::Kind::list) {
            if (node.kind == YamlNode::Kind::null) { node.place = frame.node.place; }
            frame.node.items.push_back(std::move(node));
        } else if (!frame.key) {
            node.place.path = path_of_key(frame.node.place.path, node.text);
            frame.key = std::move(node);
        } else {
            // A block that starts below its key is found best by the key.
            const bool is_block = node.kind == YamlNode::Kind::map ||
                                  node.kind == YamlNode::Kind::list;
            if (node.kind == YamlNode::Kind::null ||
                (is_block && node.place.line > frame.key->place.line)) {
                node.place = frame.key->place;
            }
            add_entry(frame, std::move(node));
        }
    }

    void add_entry(Frame& frame, YamlNode value) {
        YamlNode key = std::move(*frame.key);
        frame.key.reset();
        if (key.kind != YamlNode::Kind::scalar || key.text.size() > yaml_key_bytes_max) {
            issues_.error(key.place, "a key has to be a short plain name");
            return;
        }
        if (key.text == "<<" && merge_keys_ == MergeKeys::apply) {
            merge(frame, std::move(value));
            return;
        }
        if (key.text == "<<") {
            issues_.error(key.place, "merge keys are not supported",
                          "write the keys out; what all routes share goes under `defaults`");
            return;
        }
        const auto [first, is_new] = frame.first_lines.emplace(key.text, key.place.line);
        if (!is_new) {
            issues_.error(key.place, "`" + key.text + "` stands here twice",
                          "the first one is in line " + std::to_string(first->second));
            return;
        }
        frame.node.entries.push_back({std::move(key), std::move(value)});
    }

    /// A map, or several of which the first one counts.
    void merge(Frame& frame, YamlNode value) {
        if (value.kind == YamlNode::Kind::list) {
            for (YamlNode& item : value.items) { merge(frame, std::move(item)); }
        } else if (value.kind == YamlNode::Kind::map) {
            frame.merged.push_back(std::move(value));
        } else {
            issues_.error(value.place, "only a map can be merged");
        }
    }

    static void take_over(Frame& frame, YamlNode& map) {
        for (YamlNode::Entry& entry : map.entries) {
            const auto& [key, value] = entry;
            if (!frame.first_lines.emplace(key.text, key.place.line).second) { continue; }
            entry.key.place.path = path_of_key(frame.node.place.path, key.text);
            assign_paths(entry.value, entry.key.place.path);
            frame.node.entries.push_back(std::move(entry));
        }
    }

    const TextPosition& position_;
    Issues& issues_;
    MergeKeys merge_keys_;
    std::vector<Frame> frames_;
    std::unordered_map<YAML::anchor_t, YamlNode> anchored_;
    YamlPlace start_;
    YamlNode root_;
    std::size_t nodes_ = 0;
    bool broken_ = false;
};

bool is_indented_by_tab(std::string_view line) {
    return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

bool is_readable(std::string_view text, const TextPosition& position, Issues& issues) {
    if (text.size() > yaml_bytes_max) {
        issues.error({}, "the table is larger than " + std::to_string(yaml_bytes_max) + " bytes");
        return false;
    }
    if (const auto offset = find_unprintable(text)) {
        const std::size_t line = position.line_of(*offset);
        issues.error({line, position.column(line, *offset - position.start(line)), {}},
                     "not a UTF-8 text: there is a byte here that no YAML file contains");
        return false;
    }
    return true;
}

}  // namespace

std::optional<YamlNode> read_yaml(std::string_view text, Issues& issues, MergeKeys merge_keys) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) { text.remove_prefix(byte_order_mark.size()); }
    const TextPosition position(text);
    if (!is_readable(text, position, issues)) { return std::nullopt; }
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        TreeBuilder first(position, issues, merge_keys);
        parser.HandleNextDocument(first);
        std::optional<YamlNode> root = std::move(first).take();
        Issues ignored;
        TreeBuilder second(position, ignored, merge_keys);
        if (root && parser.HandleNextDocument(second)) {
            issues.error(second.start(), "there is more than one YAML document in the file",
                         "remove what follows the second `---`");
            return std::nullopt;
        }
        return root;
    } catch (const YAML::Exception& failure) {
        const YamlPlace place = place_of(failure.mark, position);
        issues.error(place, "not valid YAML: " + failure.msg,
                     is_indented_by_tab(position.line(place.line))
                         ? "indent with blanks: a tab is no indentation in YAML"
                         : "");
    } catch (const std::exception& failure) {
        issues.error({}, std::string("not valid YAML: ") + failure.what());
    }
    return std::nullopt;
}

}  // namespace spillway
