#include "wire/json_tap.hpp"

#include <array>

namespace spillway {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view captured_key = "usage";
/// In place of a count of matched characters: no further character can make it match.
constexpr std::size_t mismatch = captured_key.size() + 1;

constexpr std::array<bool, 256> make_set(std::string_view members) {
    std::array<bool, 256> set{};
    for (const char c : members) { set[static_cast<unsigned char>(c)] = true; }
    return set;
}

// Commas matter where members have names that matter; an embedding is a long array of numbers
// below.
constexpr auto stops_at_top = make_set("\"{}[],");
constexpr auto stops_below = make_set("\"{}[]");

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void JsonTap::feed(std::string_view piece) {
    for (std::size_t i = 0; i < piece.size() && !broken_;) {
        const Capture before = capture_;
        const std::size_t end = in_string_ ? pass_string(piece, i) : pass_structure(piece, i);
        if (before == Capture::running) {
            capture(piece.substr(i, end - i));
        } else if (capture_ == Capture::running) {
            capture("{");
        }
        i = end;
    }
}

std::string_view JsonTap::take_usage() noexcept {
    if (capture_ != Capture::done) { return {}; }
    capture_ = Capture::over;
    return captured_;
}

/// Goes on in a string from `from`; returns the position behind its closing quote or the piece's
/// end.
std::size_t JsonTap::pass_string(std::string_view piece, std::size_t from) noexcept {
    const std::size_t key_from = from;
    if (escaped_) { ++from; }
    escaped_ = false;
    std::size_t slashes = 0;
    std::size_t quote = from - 1;
    do {
        quote = piece.find('"', quote + 1);
        const std::size_t end = quote == npos ? piece.size() : quote;
        slashes = 0;
        while (end - slashes > from && piece[end - slashes - 1] == '\\') { ++slashes; }
    } while (quote != npos && slashes % 2 == 1);
    if (quote == npos) {
        escaped_ = slashes % 2 == 1;
        match_key(piece.substr(key_from));
        return piece.size();
    }
    match_key(piece.substr(key_from, quote - key_from));
    in_string_ = false;
    usage_next_ = is_key_ && key_matched_ == captured_key.size();
    ended_ = depth_ == 0;
    return quote + 1;
}

/// Goes on outside strings from `from`; returns the position behind the next byte that matters.
std::size_t JsonTap::pass_structure(std::string_view piece, std::size_t from) {
    if (depth_ == 0) {
        while (from < piece.size() && is_blank(piece[from])) { ++from; }
        if (from == piece.size()) { return from; }
        const char c = piece[from];
        broken_ = ended_ || (c != '{' && c != '[' && c != '"');
    } else {
        const auto& stops = depth_ == 1 ? stops_at_top : stops_below;
        while (from < piece.size() && !stops[static_cast<unsigned char>(piece[from])]) { ++from; }
        if (from == piece.size()) { return from; }
    }
    if (!broken_) { on_structural(piece[from]); }
    return from + 1;
}

void JsonTap::match_key(std::string_view part) noexcept {
    if (!is_key_) { return; }
    const bool fits = key_matched_ + part.size() <= captured_key.size() &&
                      captured_key.substr(key_matched_, part.size()) == part;
    key_matched_ = fits ? key_matched_ + part.size() : mismatch;
}

void JsonTap::on_structural(char c) noexcept {
    switch (c) {
        case '"':
            in_string_ = true;
            is_key_ = key_next_;
            key_next_ = false;
            key_matched_ = 0;
            break;
        case ',':
            key_next_ = (objects_ & 1U) != 0;
            usage_next_ = false;
            break;
        case '{':
        case '[': open(c); break;
        default: close(c); break;
    }
}

void JsonTap::open(char c) noexcept {
    if (depth_ == depth_max) {
        broken_ = true;
        return;
    }
    const std::uint64_t bit = std::uint64_t{1} << depth_;
    objects_ = c == '{' ? objects_ | bit : objects_ & ~bit;
    ++depth_;
    key_next_ = depth_ == 1 && c == '{';
    if (depth_ == 2 && usage_next_ && c == '{' && capture_ == Capture::waiting) {
        capture_ = Capture::running;
    }
    usage_next_ = false;
}

void JsonTap::close(char c) noexcept {
    --depth_;
    const bool object = (objects_ >> depth_ & 1U) != 0;
    if (object != (c == '}')) {
        broken_ = true;
        return;
    }
    if (depth_ == 1 && capture_ == Capture::running) { capture_ = Capture::done; }
    ended_ = depth_ == 0;
}

void JsonTap::capture(std::string_view part) {
    captured_.append(part.substr(0, captured_max - captured_.size()));
}

}  // namespace spillway
