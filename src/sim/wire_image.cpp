#include "sim/wire_image.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/beast/http/status.hpp>

namespace spillway_sim {

namespace {

constexpr std::size_t usual_cut_event = 3;
constexpr const char* last_chunk = "0\r\n\r\n";

/// The events as far as they are sent whole, and what of the next one.
struct CutBody {
    std::size_t whole = 0;
    std::size_t partial_bytes = 0;
};

std::string hex(std::size_t number) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    return std::string(digits.data(), end);
}

Framing framing_of(const Reply& reply, const Fault& fault) {
    return fault.framing.value_or(reply.is_stream ? Framing::chunked : Framing::length);
}

CutBody cut_after_bytes(const std::vector<Event>& events, std::size_t bytes) {
    CutBody cut;
    for (; cut.whole < events.size(); ++cut.whole) {
        const std::size_t size = events[cut.whole].bytes.size();
        if (bytes < size) { break; }
        bytes -= size;
    }
    cut.partial_bytes = cut.whole == events.size() ? 0 : bytes;
    return cut;
}

CutBody cut_body(const Reply& reply, const Fault& fault) {
    const auto& events = reply.events;
    const std::size_t usual = reply.is_stream ? usual_cut_event : 0;
    const std::size_t at = std::min(fault.after_events.value_or(usual), events.size() - 1);
    const std::size_t size = events[at].bytes.size();
    switch (fault.cut) {
        case Cut::none: return {events.size(), 0};
        case Cut::before_head:
        case Cut::mid_head: return {0, 0};
        case Cut::mid_chunk_size: return {at, 0};
        case Cut::mid_data: return {at, size / 2};
        case Cut::mid_event: return {at, size > 0 ? size - 1 : 0};
        case Cut::before_done: return {events.size() - 1, 0};
        case Cut::after_bytes: return cut_after_bytes(events, fault.after_bytes);
    }
    return {};
}

std::size_t body_bytes(const std::vector<Event>& events, const CutBody& cut) {
    std::size_t bytes = cut.partial_bytes;
    for (std::size_t index = 0; index < cut.whole; ++index) { bytes += events[index].bytes.size(); }
    return bytes;
}

std::string make_head(const Reply& reply, const Fault& fault, std::size_t length) {
    namespace http = boost::beast::http;
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + ' ' +
                       std::string(http::obsolete_reason(http::int_to_status(reply.status))) +
                       "\r\n";
    for (const auto& [name, value] : reply.headers) { head += name + ": " + value + "\r\n"; }
    const Framing framing = framing_of(reply, fault);
    if (framing == Framing::length || fault.has_length_and_chunked) {
        head += "content-length: " + std::to_string(length) + "\r\n";
    }
    if (framing == Framing::chunked || fault.has_length_and_chunked) {
        head += "transfer-encoding: chunked\r\n";
    }
    if (framing == Framing::close) { head += "connection: close\r\n"; }
    return head + "\r\n";
}

/// The body part of one image.
class BodyWriter {
public:
    BodyWriter(const Reply& reply, const Fault& fault)
        : reply_(reply),
          fault_(fault),
          is_chunked_(framing_of(reply, fault) == Framing::chunked ||
                      fault.has_length_and_chunked) {}

    void write(std::vector<Segment>& out, const CutBody& cut) const {
        for (std::size_t index = 0; index < cut.whole; ++index) {
            const Event& event = reply_.events[index];
            out.push_back({framed(event.bytes), event.kind, index});
        }
        const bool is_whole = fault_.cut == Cut::none;
        if (!is_whole && cut.whole < reply_.events.size()) {
            const Event& event = reply_.events[cut.whole];
            std::string bytes = partial(event.bytes, cut.partial_bytes);
            if (!bytes.empty()) { out.push_back({std::move(bytes), event.kind, cut.whole}); }
        }
        if (is_chunked_ && (is_whole || fault_.ending == Ending::clean)) {
            out.push_back({last_chunk, EventKind::closing, std::nullopt});
        }
    }

private:
    [[nodiscard]] std::string framed(const std::string& bytes) const {
        if (!is_chunked_ || bytes.empty()) { return bytes; }
        return hex(bytes.size()) + "\r\n" + bytes + "\r\n";
    }

    [[nodiscard]] std::string partial(const std::string& event, std::size_t bytes) const {
        if (!is_chunked_ || fault_.ending == Ending::clean || fault_.cut == Cut::mid_event) {
            return framed(event.substr(0, bytes));
        }
        const std::string size_line = hex(event.size());
        if (fault_.cut == Cut::mid_chunk_size) { return size_line.substr(0, 1); }
        return bytes == 0 ? "" : size_line + "\r\n" + event.substr(0, bytes);
    }

    const Reply& reply_;
    const Fault& fault_;
    bool is_chunked_;
};

std::optional<Ending> ending_of(const Reply& reply, const Fault& fault) {
    const bool is_close = framing_of(reply, fault) == Framing::close;
    if (fault.cut != Cut::none) {
        const bool stays_open = fault.ending == Ending::clean && !is_close;
        if (stays_open) { return std::nullopt; }
        return fault.ending == Ending::clean ? Ending::fin : fault.ending;
    }
    if (is_close) { return fault.ending == Ending::clean ? Ending::fin : fault.ending; }
    if (fault.ending != Ending::fin && fault.ending != Ending::clean) { return fault.ending; }
    return std::nullopt;
}

}  // namespace

WireImage make_wire_image(const Reply& reply, const Fault& fault) {
    WireImage image;
    image.ending = ending_of(reply, fault);
    const CutBody cut = cut_body(reply, fault);
    const CutBody promised = fault.ending == Ending::clean ? cut : CutBody{reply.events.size(), 0};
    const std::string head = make_head(reply, fault, body_bytes(reply.events, promised));
    if (fault.cut == Cut::before_head || fault.cut == Cut::mid_head) {
        const bool has_some = fault.cut == Cut::mid_head;
        if (has_some) { image.segments = {{head.substr(0, head.size() / 2), {}, std::nullopt}}; }
        if (!image.ending) { image.ending = Ending::fin; }
        return image;
    }
    image.segments.push_back({head, EventKind::prelude, std::nullopt});
    const BodyWriter body(reply, fault);
    body.write(image.segments, cut);
    if (fault.is_twice) {
        image.segments.push_back({head, EventKind::closing, std::nullopt});
        body.write(image.segments, cut);
    }
    if (!fault.trailing.empty()) {
        image.segments.push_back({fault.trailing, EventKind::closing, std::nullopt});
    }
    return image;
}

}  // namespace spillway_sim
