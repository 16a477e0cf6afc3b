#include "tools/table_text.hpp"

#include "config/text_position.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <utility>

namespace spillway {

namespace {

constexpr std::size_t comment_bytes_max = 240;

bool is_printable(char c) { return static_cast<unsigned char>(c) >= ' ' && c != '\x7F'; }

/// One line that YAML readers take for a comment, whatever the text was.
std::string comment(std::string_view text) {
    const bool odd = find_unprintable(text).has_value() || text.size() > comment_bytes_max;
    std::string line(text.substr(0, comment_bytes_max));
    for (char& c : line) {
        if (!is_printable(c)) {
            c = ' ';
        } else if (odd && static_cast<unsigned char>(c) >= 0x80) {
            c = '?';
        }
    }
    if (text.size() > comment_bytes_max) { line += " ..."; }
    return "# " + line;
}

/// The UTF-8 character at the start of `text` as an escape of YAML.
std::string escape(std::string_view character) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    auto code = static_cast<std::uint32_t>(static_cast<unsigned char>(character.front()));
    if (character.size() > 1) { code &= 0x7FU >> character.size(); }
    for (const char c : character.substr(1)) {
        code = (code << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
    }
    std::string escaped = "\\U";
    for (int shift = 28; shift >= 0; shift -= 4) {
        escaped += digits[(code >> static_cast<unsigned>(shift)) & 0xFU];
    }
    return escaped;
}

std::string in_quotes(const std::string& text) {
    using Json = nlohmann::json;
    // A JSON string is a double-quoted scalar of YAML with the same meaning, except for what YAML
    // wants escaped.
    std::string quoted = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
    while (const auto offset = find_unprintable(quoted)) {
        std::size_t end = *offset + 1;
        while (end < quoted.size() && is_continuation(quoted[end])) { ++end; }
        const std::string escaped = escape(std::string_view(quoted).substr(*offset, end - *offset));
        quoted.replace(*offset, end - *offset, escaped);
    }
    return quoted;
}

/// True when the text means itself without quotes, to every reader of YAML.
bool is_plain(std::string_view text) {
    static constexpr std::array<std::string_view, 9> words{"null", "true", "false", "yes", "no",
                                                           "on",   "off",  "y",     "n"};
    const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
    const auto is_inside = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' ||
               c == '-' || c == '/';
    };
    if (text.empty() || !is_letter(text.front())) { return false; }
    if (!std::all_of(text.begin(), text.end(), is_inside)) { return false; }
    std::string lower(text);
    for (char& c : lower) { c = static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
    return std::find(words.begin(), words.end(), lower) == words.end();
}

/// Like yaml_text, for what is not looked through for variables: keys.
std::string yaml_key(const std::string& name) { return is_plain(name) ? name : in_quotes(name); }

class Writer {
public:
    void line(std::size_t depth, std::string content, std::string_view note) {
        if (!note.empty()) {
            if (!content.empty()) { content += "  "; }
            content += comment(note);
        }
        text_.append(2 * depth, ' ').append(content).push_back('\n');
    }

    void blank() { text_ += '\n'; }

    void setting(std::size_t depth, const Setting& setting) {
        if (setting.yaml.empty() && setting.items.empty()) {
            line(depth, {}, setting.note);
            return;
        }
        const std::string value = setting.yaml.empty() ? "" : " " + setting.yaml;
        line(depth, setting.key + ":" + value, setting.note);
        for (const DraftItem& item : setting.items) {
            line(depth + 1, "- " + item.yaml, item.note);
        }
    }

    void section(const DraftSection& section) {
        if (section.entries.empty() && section.settings.empty()) { return; }
        blank();
        line(0, section.key + ":", {});
        for (const Setting& each : section.settings) { setting(1, each); }
        for (const DraftEntry& entry : section.entries) {
            line(1, yaml_key(entry.name) + ":", entry.note);
            for (const Setting& each : entry.settings) { setting(2, each); }
        }
    }

    [[nodiscard]] std::string take() && { return std::move(text_); }

private:
    std::string text_;
};

void write_leftovers(const std::vector<Leftover>& leftovers, Writer& writer) {
    if (leftovers.empty()) { return; }
    writer.line(0, "#", {});
    writer.line(0, {}, "Not in this table:");
    const std::size_t shown = std::min(leftovers.size(), leftovers_in_table_max);
    for (std::size_t i = 0; i < shown; ++i) {
        writer.line(0, {}, "- " + leftover_text(leftovers[i]));
    }
    if (shown < leftovers.size()) {
        writer.line(0, {},
                    "- and " + std::to_string(leftovers.size() - shown) +
                        " more, which the import has named on stderr");
    }
}

}  // namespace

std::string leftover_text(const Leftover& leftover) {
    return comment(leftover.where + ": " + leftover.why).substr(2);
}

Setting note_setting(std::string note) { return {{}, {}, std::move(note), {}}; }

std::string yaml_text(std::string_view text) {
    if (is_plain(text)) { return std::string(text); }
    std::string escaped;
    for (const char c : text) { escaped.append(c == '$' ? 2 : 1, c); }
    return in_quotes(escaped);
}

std::string yaml_variable(std::string_view name) { return "\"${" + std::string(name) + "}\""; }

std::string yaml_list(const std::vector<std::string>& texts) {
    std::string list = "[";
    for (const std::string& text : texts) {
        list.append(list.size() > 1 ? ", " : "").append(yaml_text(text));
    }
    return list + "]";
}

std::string table_text(const TableDraft& draft) {
    Writer writer;
    writer.line(0, {}, "yaml-language-server: $schema=./spillway.schema.json");
    writer.line(0, "#", {});
    writer.line(0, {},
                "Made by " + draft.origin + ". What was assumed stands beside its line; " +
                    "`spillway check` says what is missing.");
    write_leftovers(draft.leftovers, writer);
    writer.blank();
    writer.line(0, "listen: " + yaml_text(draft.listen), "this machine only");
    writer.line(0, "admin: {listen: \"127.0.0.1:9091\"}", "metrics, health and the status page");
    for (const DraftSection& section : draft.sections) { writer.section(section); }
    return std::move(writer).take();
}

}  // namespace spillway
