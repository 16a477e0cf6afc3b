#include "audit/redactor.hpp"

#include "wire/json.hpp"
#include "wire/json_quote.hpp"

#include <algorithm>
#include <utility>

namespace spillway {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view key_rule = "key:";
/// What of a body that goes on might be the beginning of something to hide; longer than any number
/// with its blanks.
constexpr std::size_t doubtful_end = 64;

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

/// Position behind the string that begins at `from`, with its closing quote if it has one.
std::size_t string_end(std::string_view text, std::size_t from) noexcept {
    for (std::size_t at = from + 1; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at + 1;
        }
    }
    return text.size();
}

/// Position behind the value that begins at `from`; the text's end when it does not end.
std::size_t value_end(std::string_view text, std::size_t from) noexcept {
    if (from >= text.size()) { return from; }
    if (text[from] == '"') { return string_end(text, from); }
    if (text[from] != '{' && text[from] != '[') {
        return std::min(text.find_first_of(",}] \t\r\n", from), text.size());
    }
    std::size_t depth = 0;
    for (std::size_t at = from; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            at = string_end(text, at) - 1;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return at + 1;
        }
    }
    return text.size();
}

}  // namespace

/// Once over one text, and over the texts in its strings.
class Redactor::Pass {
public:
    explicit Pass(const Redactor& rules) : rules_(rules) {}

    [[nodiscard]] std::string text(std::string_view text, unsigned depth) {
        std::string out;
        std::size_t at = 0;
        while (at < text.size()) {
            const std::size_t quote = std::min(text.find('"', at), text.size());
            plain(out, text.substr(at, quote - at));
            at = quote < text.size() ? string(out, text, quote, depth) : quote;
        }
        return out;
    }
    [[nodiscard]] std::size_t places() const noexcept { return places_; }

private:
    void plain(std::string& out, std::string_view text) {
        std::size_t at = 0;
        for (PrivateData found = find_private(text, 0, rules_.kinds_); found.found();
             found = find_private(text, at, rules_.kinds_)) {
            out.append(text.substr(at, found.begin - at));
            out.append("[").append(name(found.kind)).append("]");
            ++places_;
            at = found.end;
        }
        out.append(text.substr(at));
    }

    /// The string at `quote`, and its value when it is a key to hide. Returns where to go on.
    std::size_t string(std::string& out, std::string_view text, std::size_t quote, unsigned depth) {
        const std::size_t end = string_end(text, quote);
        const std::string_view token = text.substr(quote, end - quote);
        const std::string content = unescaped(token);
        const std::size_t colon = text.find_first_not_of(blanks, end);
        if (colon != npos && text[colon] == ':' && rules_.hides_key(content)) {
            const std::size_t value = std::min(text.find_first_not_of(blanks, colon + 1),
                                               text.size());
            const std::size_t value_ends = value_end(text, value);
            out.append(text.substr(quote, value - quote));
            hide(out, text.substr(value, value_ends - value), content);
            return value_ends;
        }
        const std::size_t before = places_;
        std::string redacted;
        if (depth < depth_max && content.find('"') != npos) {
            redacted = this->text(content, depth + 1);
        } else {
            plain(redacted, content);
        }
        if (places_ == before) {
            out.append(token);
        } else {
            out.append(json_quoted(redacted));
        }
        return end;
    }

    void hide(std::string& out, std::string_view value, std::string_view key) {
        const std::string mark = "\"[" + std::string(key_rule) + lower(key) + "]\"";
        places_ += value == mark ? 0 : 1;
        out.append(mark);
    }

    /// What a string token says; an unfinished one is read as far as it goes.
    static std::string unescaped(std::string_view token) {
        token.remove_prefix(1);
        if (token.ends_with('"')) { token.remove_suffix(1); }
        return JsonValue(JsonValue::Kind::string, token).string(token.size());
    }

    const Redactor& rules_;
    std::size_t places_ = 0;
};

Redactor::Redactor(const std::vector<std::string>& rules) {
    for (const std::string& rule : rules) {
        if (rule.starts_with(key_rule)) {
            keys_.push_back(lower(std::string_view(rule).substr(key_rule.size())));
            continue;
        }
        const auto found = std::ranges::find(private_kind_names, rule);
        if (found == private_kind_names.end()) { continue; }
        kinds_.add(static_cast<PrivateKind>(found - private_kind_names.begin()));
    }
}

bool Redactor::hides_key(std::string_view name) const {
    return !keys_.empty() && std::ranges::find(keys_, lower(name)) != keys_.end();
}

KeptBody Redactor::keep(std::string_view body, std::size_t bytes, bool cut) const {
    const std::string_view seen = body.substr(0, bytes + beyond_cut);
    const bool goes_on = cut || seen.size() < body.size();
    Pass pass(*this);
    KeptBody kept;
    kept.text = pass.text(seen, 0);
    kept.redacted = pass.places();
    if (goes_on) { kept.text.resize(kept.text.size() - std::min(kept.text.size(), doubtful_end)); }
    const std::size_t whole = kept.text.size();
    kept.text.resize(utf8_prefix(kept.text, bytes).size());
    kept.cut = goes_on || kept.text.size() < whole;
    return kept;
}

}  // namespace spillway
