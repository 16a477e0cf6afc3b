#include "config/redact.hpp"

#include "config/interpolate.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace spillway {

namespace {

constexpr std::string_view separators = " \t{}[],\"'";

/// A word of a line and where it stands.
struct Word {
    std::size_t start;
    std::size_t end;
    std::string_view text;
    bool is_key;  // a colon follows, inside or behind its quotes
};

Word next_word(std::string_view line, std::size_t from) {
    const std::size_t start = std::min(line.find_first_not_of(separators, from), line.size());
    const std::size_t end = std::min(line.find_first_of(separators, start), line.size());
    std::string_view text = line.substr(start, end - start);
    const bool is_quoted_key = end + 1 < line.size() && line[end + 1] == ':';
    const bool is_key = text.ends_with(':') || is_quoted_key;
    if (text.ends_with(':')) { text.remove_suffix(1); }
    return {start, end, text, is_key};
}

bool sounds_secret(std::string_view key) {
    std::string letters;
    for (const char c : key) {
        if (c != '_' && c != '-') {
            letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    if (letters == "keys") { return true; }     // only hashes belong there, but somebody may err
    if (letters == "tokens") { return false; }  // an amount
    constexpr std::array<std::string_view, 4> words{"apikey", "secret", "password", "token"};
    return std::any_of(words.begin(), words.end(), [&letters](std::string_view word) {
        return letters.find(word) != std::string::npos;
    });
}

bool may_be_shown(std::string_view value, std::string_view key) {
    constexpr std::array<std::string_view, 7> harmless{
        "file", "tenant", "client_id", "authority", "scope", "token_file", "certificate"};
    return std::ranges::find(harmless, key) != harmless.end() ||
           (key == "env" && is_variable_name(value));
}

/// A proxy's URL may hold a password.
bool names_a_user(std::string_view line, std::string_view key) {
    return key == "proxy" && line.find('@') != line.npos;
}

/// True when the line belongs to the map under `credentials`, in block or in JSON style.
bool is_under_credentials(const TextPosition& text, std::size_t number) {
    bool inside = false;
    std::size_t indentation = 0;
    for (std::size_t i = 1; i <= number; ++i) {
        const std::string_view line = text.line(i);
        const Word first = next_word(line, 0);
        if (first.text.empty() || first.text.starts_with('#')) { continue; }
        if (inside && first.start <= indentation) { inside = false; }
        if (!inside && first.is_key && first.text == "credentials") {
            inside = true;
            indentation = first.start;
        }
    }
    return inside;
}

}  // namespace

std::string redacted_line(const TextPosition& text, std::size_t number) {
    std::string line(text.line(number));
    const bool hide_all = is_under_credentials(text, number);
    std::string key;
    for (Word word = next_word(line, 0); word.start < line.size();
         word = next_word(line, word.end)) {
        if (word.is_key) {
            key = word.text;
        } else if ((hide_all ? !may_be_shown(word.text, key) : sounds_secret(key)) ||
                   names_a_user(line, key)) {
            std::fill(line.begin() + static_cast<std::ptrdiff_t>(word.start),
                      line.begin() + static_cast<std::ptrdiff_t>(word.end), '*');
        }
    }
    return line;
}

}  // namespace spillway
