#include "wire/json_tap.hpp"

#include "base/block.hpp"

#include <algorithm>
#include <array>

namespace spillway {

namespace {

constexpr std::string_view captured_key = "usage";
/// In place of a count of matched characters: no further character can make it match.
constexpr std::size_t mismatch = captured_key.size() + 1;

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr auto is_structural = [] {
    std::array<bool, 256> set{};
    for (const char c : {'"', '{', '}', '[', ']'}) { set[static_cast<unsigned char>(c)] = true; }
    return set;
}();

/// What stands between two strings is short, so one by one is quickest.
std::size_t find_structural(std::string_view piece, std::size_t at) noexcept {
    while (at < piece.size() && !is_structural[static_cast<unsigned char>(piece[at])]) { ++at; }
    return at;
}

std::size_t find_quote_or_slash(std::string_view piece, std::size_t at) noexcept {
    for (; piece.size() - at >= sizeof(Block); at += sizeof(Block)) {
        const Block block = load_block(piece.data() + at);
        const auto found = marks(reinterpret_cast<Block>((block == '"') | (block == '\\')));
        if (found != 0) { return at + first_mark(found); }
    }
    while (at < piece.size() && piece[at] != '"' && piece[at] != '\\') { ++at; }
    return at;
}

}  // namespace

void JsonTap::feed(std::string_view piece) {
    capture_from_ = 0;
    usage_ = {};
    for (std::size_t at = 0; at < piece.size() && !broken_;) {
        at = in_string_ ? pass_string(piece, at) : pass_structure(piece, at);
    }
    if (capture_ == Capture::running) { keep(piece.substr(capture_from_)); }
}

/// Goes on in a string from `from`; returns the position behind its closing quote or the piece's
/// end.
std::size_t JsonTap::pass_string(std::string_view piece, std::size_t from) noexcept {
    std::size_t at = from + (escaped_ ? 1 : 0);
    escaped_ = false;
    for (at = find_quote_or_slash(piece, at); at < piece.size() && piece[at] == '\\';) {
        escaped_ = at + 1 == piece.size();
        at = find_quote_or_slash(piece, std::min(at + 2, piece.size()));
    }
    if (is_key()) { match_key(piece.substr(from, at - from)); }
    if (at == piece.size()) { return at; }
    in_string_ = false;
    usage_next_ = is_key() && key_matched_ == captured_key.size();
    ended_ = depth_ == 0;
    return at + 1;
}

/// Goes on outside strings from `from`; returns the position behind the next byte that matters.
std::size_t JsonTap::pass_structure(std::string_view piece, std::size_t from) {
    if (depth_ == 0) {
        while (from < piece.size() && is_blank(piece[from])) { ++from; }
        if (from == piece.size()) { return from; }
        const char c = piece[from];
        broken_ = ended_ || (c != '{' && c != '[' && c != '"');
    } else {
        from = find_structural(piece, from);
        if (from == piece.size()) { return from; }
    }
    if (!broken_) { on_structural(piece, from); }
    return from + 1;
}

void JsonTap::match_key(std::string_view part) noexcept {
    const bool fits = key_matched_ + part.size() <= captured_key.size() &&
                      captured_key.substr(key_matched_, part.size()) == part;
    key_matched_ = fits ? key_matched_ + part.size() : mismatch;
}

void JsonTap::on_structural(std::string_view piece, std::size_t at) {
    switch (piece[at]) {
        case '"':
            in_string_ = true;
            key_matched_ = 0;
            break;
        case '{':
        case '[': open(piece[at], at); break;
        default: close(piece, at); break;
    }
}

void JsonTap::open(char c, std::size_t at) noexcept {
    if (depth_ == depth_max) {
        broken_ = true;
        return;
    }
    const std::uint64_t bit = std::uint64_t{1} << depth_;
    objects_ = c == '{' ? objects_ | bit : objects_ & ~bit;
    ++depth_;
    if (depth_ == 2 && usage_next_ && c == '{' && capture_ == Capture::waiting) {
        capture_ = Capture::running;
        capture_from_ = at;
    }
    usage_next_ = false;
}

void JsonTap::close(std::string_view piece, std::size_t at) {
    --depth_;
    const bool object = (objects_ >> depth_ & 1U) != 0;
    if (object != (piece[at] == '}')) {
        broken_ = true;
        return;
    }
    ended_ = depth_ == 0;
    if (depth_ != 1 || capture_ != Capture::running) { return; }
    capture_ = Capture::over;
    const std::string_view part = piece.substr(capture_from_, at + 1 - capture_from_);
    if (kept_.empty()) {
        usage_ = part.substr(0, captured_max);
    } else {
        keep(part);
        usage_ = kept_;
    }
}

void JsonTap::keep(std::string_view part) {
    kept_.append(part.substr(0, captured_max - kept_.size()));
}

}  // namespace spillway
