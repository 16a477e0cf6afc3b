// The decision about a head is made from counts first and values second: a second Content-Length is
// refused whatever it says, because somebody else on the path may read the other one. A chunked
// body is read by one step per framing byte and one move per run of data, so a split anywhere
// leaves nothing but the step behind.
#include "wire/framing.hpp"

#include "wire/octets.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace spillway {

namespace {

using octets::Class;
using Framing = std::variant<BodyFraming, HeadError>;

// Anchors of reliability.md §4.1; 16 digits are what 64 bits hold.
constexpr std::uint8_t size_digits_max = 16;
constexpr std::uint32_t chunk_extension_max = 256;
constexpr std::uint32_t message_extensions_max = 16 * 1024;
constexpr std::uint32_t trailer_bytes_max = 8 * 1024;
constexpr std::uint8_t trailer_lines_max = 32;

/// `Content_Length` and the like: a server behind a CGI-style mapping reads them as the real ones.
bool imitates(std::string_view name, std::string_view framing_name) noexcept {
    if (name.size() != framing_name.size() || name.find('_') == name.npos) { return false; }
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i] == '_' ? '-' : octets::lower(name[i]);
        if (c != framing_name[i]) { return false; }
    }
    return true;
}

bool has_imitation(const Fields& fields) noexcept {
    for (const Field& field : fields.all()) {
        if (field.id != FieldName::other) { continue; }
        if (imitates(field.name, "content-length") || imitates(field.name, "transfer-encoding")) {
            return true;
        }
    }
    return false;
}

/// uri-host [":" port] of RFC 9110 §7.2, without the sub-delims that no real host name uses and
/// that make lists and user infos of it.
bool is_host(std::string_view host) noexcept {
    constexpr std::size_t port_digits_max = 5;
    std::size_t name_bytes = 0;
    if (host.starts_with('[')) {
        name_bytes = host.find_first_not_of("0123456789abcdefABCDEF:.", 1);
        if (name_bytes == host.npos || name_bytes == 1 || host[name_bytes] != ']') { return false; }
        ++name_bytes;
    } else {
        while (name_bytes < host.size() && octets::is(Class::unreserved, host[name_bytes])) {
            ++name_bytes;
        }
    }
    if (name_bytes == 0) { return false; }
    if (name_bytes == host.size()) { return true; }
    const std::string_view port = host.substr(name_bytes + 1);
    return host[name_bytes] == ':' && !port.empty() && port.size() <= port_digits_max &&
           octets::all(Class::digit, port);
}

/// 1-19 digits without a leading zero, so that it fits 64 bits and nobody can read it as octal.
std::optional<std::uint64_t> parse_length(std::string_view text) noexcept {
    constexpr std::size_t digits_max = 19;
    const bool is_plain = !text.empty() && text.size() <= digits_max &&
                          octets::all(Class::digit, text) && (text == "0" || text.front() != '0');
    if (!is_plain) { return std::nullopt; }
    std::uint64_t length = 0;
    std::from_chars(text.data(), text.data() + text.size(), length);
    return length;
}

/// What both directions share; Kind::none when neither field is there.
Framing framing_of(const Fields& fields, std::uint8_t minor) noexcept {
    const std::size_t lengths = fields.count(FieldName::content_length);
    const std::size_t codings = fields.count(FieldName::transfer_encoding);
    if (has_imitation(fields)) {
        return HeadError{400, "a framing header is spelt with an underscore"};
    }
    if (lengths > 0 && codings > 0) {
        return HeadError{400, "Content-Length and Transfer-Encoding exclude each other"};
    }
    if (lengths > 1) { return HeadError{400, "more than one Content-Length"}; }
    if (codings > 1) { return HeadError{400, "more than one Transfer-Encoding"}; }
    if (codings == 1) {
        if (minor == 0) { return HeadError{400, "Transfer-Encoding needs HTTP/1.1"}; }
        if (!equal_ignoring_case(fields.get(FieldName::transfer_encoding), "chunked")) {
            return HeadError{400, "the only Transfer-Encoding understood is chunked"};
        }
        return BodyFraming{BodyFraming::Kind::chunked};
    }
    if (lengths == 0) { return BodyFraming{}; }
    const auto length = parse_length(fields.get(FieldName::content_length));
    if (!length) { return HeadError{400, "Content-Length is not one plain decimal number"}; }
    return BodyFraming{BodyFraming::Kind::length, *length};
}

}  // namespace

Framing request_framing(const RequestHead& head) noexcept {
    const std::size_t hosts = head.fields.count(FieldName::host);
    if (hosts > 1 || (hosts == 0 && head.minor == 1)) {
        return HeadError{400, "exactly one Host header is needed"};
    }
    if (hosts == 1 && !is_host(head.fields.get(FieldName::host))) {
        return HeadError{400, "the Host header is not host[:port]"};
    }
    if (head.fields.has(FieldName::expect) &&
        !equal_ignoring_case(head.fields.get(FieldName::expect), "100-continue")) {
        return HeadError{417, "the only Expect understood is 100-continue"};
    }
    return framing_of(head.fields, head.minor);
}

Framing response_framing(const ResponseHead& head, Method method) noexcept {
    Framing framing = framing_of(head.fields, head.minor);
    if (auto* const refused = std::get_if<HeadError>(&framing)) {
        refused->status = 502;
        return framing;
    }
    constexpr int no_content = 204;
    constexpr int not_modified = 304;
    if (method == Method::head || head.status == no_content || head.status == not_modified) {
        return BodyFraming{};
    }
    auto& body = std::get<BodyFraming>(framing);
    if (body.kind == BodyFraming::Kind::none) { body.kind = BodyFraming::Kind::until_close; }
    return framing;
}

BodyDecoder::BodyDecoder(const BodyFraming& framing) noexcept
    : framing_(framing), remaining_(framing.length) {
    const bool is_empty = framing.kind == BodyFraming::Kind::none ||
                          (framing.kind == BodyFraming::Kind::length && framing.length == 0);
    if (is_empty) { step_ = Step::done; }
}

BodyDecoder::State BodyDecoder::state() const noexcept {
    if (step_ == Step::done) { return State::complete; }
    return step_ == Step::malformed ? State::malformed : State::more;
}

BodyDecoder::State BodyDecoder::at_end() const noexcept {
    return framing_.kind == BodyFraming::Kind::until_close ? State::complete : state();
}

BodyDecoder::Decoded BodyDecoder::decode(std::span<char> bytes) noexcept {
    switch (framing_.kind) {
        case BodyFraming::Kind::none: return {{}, 0, state()};
        case BodyFraming::Kind::until_close:
            return {{bytes.data(), bytes.size()}, bytes.size(), state()};
        case BodyFraming::Kind::chunked: return decode_chunked(bytes);
        case BodyFraming::Kind::length: break;
    }
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
    remaining_ -= taken;
    if (remaining_ == 0) { step_ = Step::done; }
    return {{bytes.data(), taken}, taken, state()};
}

BodyDecoder::Decoded BodyDecoder::decode_chunked(std::span<char> bytes) noexcept {
    char* payload = bytes.data();
    std::size_t payload_bytes = 0;
    std::size_t at = 0;
    while (at < bytes.size() && state() == State::more) {
        if (step_ != Step::data) {
            step_ = after(bytes[at]);
            ++at;
            continue;
        }
        char* const run = bytes.data() + at;
        const auto run_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_,
                                                                                bytes.size() - at));
        if (payload_bytes == 0) {
            payload = run;
        } else {
            std::memmove(payload + payload_bytes, run, run_bytes);
        }
        payload_bytes += run_bytes;
        at += run_bytes;
        remaining_ -= run_bytes;
        if (remaining_ == 0) { step_ = Step::data_cr; }
    }
    return {{payload, payload_bytes}, at, state()};
}

BodyDecoder::Step BodyDecoder::after(char c) noexcept {
    switch (step_) {
        case Step::first_digit:
        case Step::digit: return after_size(c);
        case Step::extension: return after_extension(c);
        case Step::size_lf:
            if (c != '\n') { return Step::malformed; }
            return remaining_ == 0 ? Step::trailer_start : Step::data;
        case Step::data_cr: return c == '\r' ? Step::data_lf : Step::malformed;
        case Step::data_lf: return c == '\n' ? Step::first_digit : Step::malformed;
        case Step::trailer_start:
        case Step::trailer_name:
        case Step::trailer_value:
        case Step::trailer_lf: return after_trailer(c);
        case Step::final_lf: return c == '\n' ? Step::done : Step::malformed;
        case Step::data:
        case Step::done:
        case Step::malformed: break;
    }
    return Step::malformed;
}

BodyDecoder::Step BodyDecoder::after_size(char c) noexcept {
    const int value = octets::hex_value(c);
    if (step_ == Step::first_digit) {
        remaining_ = 0;
        size_digits_ = 0;
        chunk_extension_ = 0;
        if (value < 0) { return Step::malformed; }
    }
    if (value >= 0) {
        if (++size_digits_ > size_digits_max) { return Step::malformed; }
        remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(value);
        return Step::digit;
    }
    // Blanks after the size are refused: the servers that allow them disagree on where it ends.
    if (c == '\r') { return Step::size_lf; }
    return c == ';' ? Step::extension : Step::malformed;
}

BodyDecoder::Step BodyDecoder::after_extension(char c) noexcept {
    if (c == '\r') { return Step::size_lf; }
    ++chunk_extension_;
    ++message_extensions_;
    const bool is_within = chunk_extension_ <= chunk_extension_max &&
                           message_extensions_ <= message_extensions_max;
    return is_within && octets::is(Class::value, c) ? Step::extension : Step::malformed;
}

BodyDecoder::Step BodyDecoder::after_trailer(char c) noexcept {
    if (++trailer_bytes_ > trailer_bytes_max) { return Step::malformed; }
    switch (step_) {
        case Step::trailer_start:
            if (c == '\r') { return Step::final_lf; }
            if (++trailer_lines_ > trailer_lines_max) { return Step::malformed; }
            return octets::is(Class::token, c) ? Step::trailer_name : Step::malformed;
        case Step::trailer_name:
            if (c == ':') { return Step::trailer_value; }
            return octets::is(Class::token, c) ? Step::trailer_name : Step::malformed;
        case Step::trailer_value:
            if (c == '\r') { return Step::trailer_lf; }
            return octets::is(Class::value, c) ? Step::trailer_value : Step::malformed;
        default: return c == '\n' ? Step::trailer_start : Step::malformed;
    }
}

}  // namespace spillway
