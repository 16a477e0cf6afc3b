#include "config/text_position.hpp"

#include <algorithm>

namespace spillway {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

namespace {

/// Bytes of the character that starts `text`; 0 when it is malformed, overlong or a surrogate.
std::size_t character_bytes(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) { return 1; }
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) { return 0; }
    for (std::size_t i = 1; i < length; ++i) {
        if (!is_continuation(text[i])) { return 0; }
    }
    const auto second = static_cast<unsigned char>(text[1]);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool outside = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
    return overlong || outside ? 0 : length;
}

bool is_control(char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return (value < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || value == 0x7F;
}

}  // namespace

TextPosition::TextPosition(std::string_view text) : text_(text), starts_{0} {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') { starts_.push_back(i + 1); }
    }
}

std::string_view TextPosition::line(std::size_t number) const {
    if (number == 0 || number > starts_.size()) { return {}; }
    std::string_view rest = text_.substr(start(number));
    rest = rest.substr(0, rest.find('\n'));
    if (!rest.empty() && rest.back() == '\r') { rest.remove_suffix(1); }
    return rest;
}

std::size_t TextPosition::column(std::size_t number, std::size_t offset) const {
    const std::string_view before = line(number).substr(0, offset);
    const auto continuations = std::count_if(before.begin(), before.end(), is_continuation);
    // Past the end of the line (where a missing bracket is reported) bytes and characters agree.
    const std::size_t beyond = offset - before.size();
    return before.size() - static_cast<std::size_t>(continuations) + beyond + 1;
}

std::size_t TextPosition::line_of(std::size_t offset) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    return static_cast<std::size_t>(after - starts_.begin());
}

std::optional<std::size_t> find_unprintable(std::string_view text) {
    std::size_t offset = 0;
    while (offset < text.size()) {
        const std::size_t bytes = character_bytes(text.substr(offset));
        if (bytes == 0 || is_control(text[offset])) { return offset; }
        offset += bytes;
    }
    return std::nullopt;
}

}  // namespace spillway
