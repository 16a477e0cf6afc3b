// Finding the end of a head is separate from taking it apart: the first runs over every piece as it
// arrives and is what a slow or endless sender meets, the second runs once over complete lines.
#include "wire/head.hpp"

#include "wire/octets.hpp"

#include <algorithm>
#include <optional>

namespace spillway {

namespace {

using octets::Class;
using Refusal = std::optional<HeadError>;

constexpr std::array<std::string_view, 7> method_names = {"GET",    "POST", "PUT",    "PATCH",
                                                          "DELETE", "HEAD", "OPTIONS"};

/// The line without its CRLF; `block` moves past it. Only called where find_end has seen the CRLF.
std::string_view take_line(std::string_view& block) noexcept {
    const std::size_t end = block.find('\n');
    const std::string_view line = block.substr(0, end - 1);
    block.remove_prefix(end + 1);
    return line;
}

Refusal parse_version(std::string_view version, std::uint8_t& minor) noexcept {
    constexpr std::string_view prefix = "HTTP/";
    const bool shaped = version.size() == 8 && version.starts_with(prefix) &&
                        octets::is(Class::digit, version[5]) && version[6] == '.' &&
                        octets::is(Class::digit, version[7]);
    if (!shaped) { return HeadError{400, "the start line has no HTTP version"}; }
    if (version[5] != '1' || version[7] > '1') {
        return HeadError{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
    }
    minor = static_cast<std::uint8_t>(version[7] - '0');
    return std::nullopt;
}

Refusal parse_method(std::string_view text, Method& method) noexcept {
    const auto* const found = std::ranges::find(method_names, text);
    if (found == method_names.end()) {
        if (text.empty() || !octets::all(Class::token, text)) {
            return HeadError{400, "the method is not a token"};
        }
        return HeadError{501, "the method is not one of GET POST PUT PATCH DELETE HEAD OPTIONS"};
    }
    method = static_cast<Method>(found - method_names.begin());
    return std::nullopt;
}

Refusal check_target(std::string_view target) noexcept {
    if (!target.starts_with('/')) {
        return HeadError{400, "the request target has to be a path that starts with /"};
    }
    if (!octets::all(Class::visible, target)) {
        return HeadError{400, "the request target holds bytes outside visible ASCII"};
    }
    if (target.find_first_of("#\\") != target.npos) {
        return HeadError{400, "the request target holds # or a backslash"};
    }
    return std::nullopt;
}

Refusal parse_request_line(std::string_view line, RequestHead& out) noexcept {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == line.npos || first == last) {
        return HeadError{400, "the request line is not METHOD SP TARGET SP VERSION"};
    }
    if (const auto bad = parse_method(line.substr(0, first), out.method)) { return bad; }
    if (const auto bad = parse_version(line.substr(last + 1), out.minor)) { return bad; }
    out.target = line.substr(first + 1, last - first - 1);
    return check_target(out.target);
}

Refusal parse_status_line(std::string_view line, ResponseHead& out) noexcept {
    constexpr std::size_t version_bytes = 8;
    constexpr std::size_t status_bytes = version_bytes + 4;  // "HTTP/1.1 200"
    if (const auto bad = parse_version(line.substr(0, version_bytes), out.minor)) { return bad; }
    const bool shaped = line.size() >= status_bytes && line[version_bytes] == ' ' &&
                        octets::all(Class::digit, line.substr(version_bytes + 1, 3)) &&
                        (line.size() == status_bytes || line[status_bytes] == ' ');
    if (!shaped) { return HeadError{400, "the status line is not VERSION SP STATUS SP REASON"}; }
    const auto place = [&](std::size_t i) { return line[version_bytes + i] - '0'; };
    out.status = place(1) * 100 + place(2) * 10 + place(3);
    if (out.status < 100 || out.status > 599) {
        return HeadError{400, "the status is not between 100 and 599"};
    }
    // Some servers leave out the blank before an empty reason.
    out.reason = line.substr(std::min(line.size(), status_bytes + 1));
    if (!octets::all(Class::value, out.reason)) {
        return HeadError{400, "the reason phrase holds control bytes"};
    }
    return std::nullopt;
}

/// Takes one field line off `block`, in one pass over its bytes.
Refusal take_field(std::string_view& block, Field& out) noexcept {
    constexpr std::string_view line_end = "\r\n";
    const std::size_t name_bytes = octets::token_span(block);
    if (octets::is(Class::blank, block.front())) {
        return HeadError{400, "a header line starts with a blank (line folding)"};
    }
    if (name_bytes == 0 || block[name_bytes] != ':') {
        return HeadError{400, "a header line is not NAME: VALUE with a token as NAME"};
    }
    out.name = block.substr(0, name_bytes);
    block.remove_prefix(name_bytes + 1);
    const std::size_t value_bytes = octets::value_span(block);
    out.value = octets::trim(block.substr(0, value_bytes));
    block.remove_prefix(value_bytes);
    if (!block.starts_with(line_end)) {
        return HeadError{400, "a header value holds control bytes"};
    }
    block.remove_prefix(line_end.size());
    out.id = field_name(out.name);
    return std::nullopt;
}

/// `block` holds complete lines only, without the blank one.
Refusal parse_fields(std::string_view block, Fields& out) noexcept {
    out.clear();
    while (!block.empty()) {
        Field field;
        if (const auto bad = take_field(block, field)) { return bad; }
        if (!out.push(field)) { return HeadError{431, "the head has too many header lines"}; }
    }
    return std::nullopt;
}

}  // namespace

std::string_view name(Method method) noexcept {
    return method_names[static_cast<std::size_t>(method)];
}

std::string_view Fields::get(FieldName id) const noexcept {
    return has(id) ? all()[firsts_[static_cast<std::size_t>(id)]].value : std::string_view{};
}

std::string_view Fields::get(std::string_view lowercase_name) const noexcept {
    for (const Field& field : all()) {
        if (equal_ignoring_case(field.name, lowercase_name)) { return field.value; }
    }
    return {};
}

bool Fields::push(const Field& field) noexcept {
    if (count_ == head_fields_max) { return false; }
    const auto name = static_cast<std::size_t>(field.id);
    if (counts_[name] == 0) { firsts_[name] = static_cast<std::uint8_t>(count_); }
    ++counts_[name];
    ::new (storage_.data() + count_ * sizeof(Field)) Field(field);
    ++count_;
    return true;
}

HeadState HeadScanner::refuse(const HeadError& error) noexcept {
    error_ = error;
    return HeadState::refused;
}

HeadState HeadScanner::find_end(std::string_view bytes) noexcept {
    const std::size_t lines_max = std::min(limits_.fields, head_fields_max) + 1;
    for (;;) {
        const std::size_t lf = bytes.find('\n', scanned_);
        if (std::min(lf, bytes.size()) >= limits_.bytes) {
            return refuse({431, "the head is too long"});
        }
        if (lf == bytes.npos) {
            scanned_ = bytes.size();
            return HeadState::need_more;
        }
        if (lf == line_start_ || bytes[lf - 1] != '\r') {
            return refuse({400, "a line of the head does not end in CRLF"});
        }
        const bool is_blank = lf == line_start_ + 1;
        scanned_ = line_start_ = lf + 1;
        if (is_blank) { return HeadState::complete; }
        if (++lines_ > lines_max) { return refuse({431, "the head has too many header lines"}); }
    }
}

HeadState HeadScanner::request(std::string_view bytes, RequestHead& out) noexcept {
    if (bytes.empty()) { return HeadState::need_more; }
    // A TLS handshake or other foreign protocol may never send a line end: do not wait for one.
    if (!octets::is(Class::token, bytes.front()) && bytes.front() != '\r') {
        return refuse({400, "this is not an HTTP request (TLS sent to a plain port?)"});
    }
    HeadState state = find_end(bytes);
    if (state == HeadState::complete && lines_ == 0 && start_ == 0) {
        start_ = line_start_;
        state = find_end(bytes);
    }
    if (state != HeadState::complete) { return state; }
    if (lines_ == 0) { return refuse({400, "the request line is empty"}); }

    constexpr std::size_t blank_line = 2;
    std::string_view block = bytes.substr(start_, line_start_ - blank_line - start_);
    if (const auto bad = parse_request_line(take_line(block), out)) { return refuse(*bad); }
    if (const auto bad = parse_fields(block, out.fields)) { return refuse(*bad); }
    out.bytes = line_start_;
    return HeadState::complete;
}

HeadState HeadScanner::response(std::string_view bytes, ResponseHead& out) noexcept {
    const HeadState state = find_end(bytes);
    if (state == HeadState::refused) { error_.status = 502; }
    if (state != HeadState::complete) { return state; }
    if (lines_ == 0) { return refuse({502, "the status line is empty"}); }

    constexpr std::size_t blank_line = 2;
    std::string_view block = bytes.substr(0, line_start_ - blank_line);
    if (const auto bad = parse_status_line(take_line(block), out)) {
        return refuse({502, bad->why});
    }
    if (const auto bad = parse_fields(block, out.fields)) { return refuse({502, bad->why}); }
    out.bytes = line_start_;
    return HeadState::complete;
}

bool has_media_type(const Fields& fields, std::string_view lowercase_type) noexcept {
    const std::string_view type = fields.get(FieldName::content_type);
    return equal_ignoring_case(type.substr(0, lowercase_type.size()), lowercase_type);
}

bool list_has_token(std::string_view list, std::string_view token) noexcept {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (equal_ignoring_case(octets::trim(list.substr(0, comma)), token)) { return true; }
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

}  // namespace spillway
