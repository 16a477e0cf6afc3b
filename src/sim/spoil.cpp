#include "sim/spoil.hpp"

#include <array>
#include <cstdint>
#include <utility>

#include <boost/beast/zlib/deflate_stream.hpp>

#include "sim/chat.hpp"
#include "sim/json.hpp"
#include "sim/responses.hpp"

namespace spillway_sim {

namespace {

constexpr std::size_t big_event_index = 3;

bool is_named(const Event& event) { return event.bytes.starts_with("event:"); }

Json failure_of(ErrorEvent error) {
    if (error == ErrorEvent::rate_limit) {
        return {{"type", "too_many_requests"},
                {"code", "rate_limit_exceeded"},
                {"headers", {{"x-ms-fe-error", "true"}}},
                {"message", "Your requests to the deployment have exceeded rate limit."},
                {"param", nullptr}};
    }
    const bool is_overloaded = error == ErrorEvent::overloaded;
    return {{"message", is_overloaded
                            ? "That model is currently overloaded with other requests. You can "
                              "retry your request."
                            : "The server had an error while processing your request."},
            {"type", "server_error"},
            {"param", nullptr},
            {"code", nullptr}};
}

/// The pair which Azure's v1 surface sends under status 200 (azure-protocol §4.5).
void append_response_failure(std::vector<Event>& events, ErrorEvent error) {
    const Json failed = {{"type", "response.failed"},
                         {"response",
                          {{"id", "resp_failed"},
                           {"object", "response"},
                           {"status", "failed"},
                           {"error", nullptr},
                           {"output", Json::array()}}},
                         {"sequence_number", events.size() + 1}};
    const Json last = {
        {"type", "error"}, {"error", failure_of(error)}, {"sequence_number", events.size() + 2}};
    events.push_back({event_frame(failed), EventKind::prelude});
    events.push_back({event_frame(last), EventKind::terminal});
}

void put_error_event(Reply& reply, const Fault& fault) {
    const bool is_responses = is_named(reply.events.front());
    const std::size_t kept = std::min(fault.after_events.value_or(0), reply.events.size());
    reply.events.resize(kept);
    if (is_responses) {
        append_response_failure(reply.events, fault.error_event);
    } else {
        const Json frame = {{"error", failure_of(fault.error_event)}};
        reply.events.push_back({data_frame(frame), EventKind::terminal});
    }
}

/// The same event saying `bytes` letters.
void enlarge(Event& event, std::size_t bytes) {
    const auto data = event.bytes.find("data: ") + 6;
    Json document = Json::parse(event.bytes.substr(data), nullptr, false);
    const std::string text(bytes, 'x');
    if (document.contains("delta")) {
        document["delta"] = text;
    } else if (document.contains("choices") && !document["choices"].empty()) {
        Json& choice = document["choices"].front();
        choice.contains("delta") ? choice["delta"]["content"] = text : choice["text"] = text;
    }
    event.bytes = is_named(event) ? event_frame(document) : data_frame(document);
}

std::string with_line_end(const std::string& text, const char* line_end) {
    std::string changed;
    for (const char letter : text) {
        if (letter == '\n') {
            changed += line_end;
        } else {
            changed.push_back(letter);
        }
    }
    return changed;
}

void rewrite_frames(std::vector<Event>& events, const Fault& fault) {
    for (Event& event : events) {
        if (fault.has_comments) { event.bytes.insert(0, ": keep-alive\n\n"); }
        if (fault.line_end != LineEnd::lf) {
            event.bytes = with_line_end(event.bytes, fault.line_end == LineEnd::cr ? "\r" : "\r\n");
        }
    }
    if (fault.has_bom) { events.front().bytes.insert(0, "\xEF\xBB\xBF"); }
}

std::uint32_t crc32(const std::string& text) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char letter : text) {
        crc ^= static_cast<unsigned char>(letter);
        for (int bit = 0; bit < 8; ++bit) { crc = (crc >> 1U) ^ (0xEDB88320U & (0U - (crc & 1U))); }
    }
    return ~crc;
}

void append_little_endian(std::string& out, std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
        out.push_back(static_cast<char>((value >> shift) & 0xFFU));
    }
}

}  // namespace

std::string gzip(const std::string& text) {
    namespace zlib = boost::beast::zlib;
    zlib::deflate_stream deflate;
    std::string packed(deflate.upper_bound(text.size()) + 16, '\0');
    zlib::z_params step;
    step.next_in = text.data();
    step.avail_in = text.size();
    step.next_out = packed.data();
    step.avail_out = packed.size();
    boost::system::error_code ec;
    deflate.write(step, zlib::Flush::finish, ec);
    packed.resize(step.total_out);

    std::string member("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);  // RFC 1952 §2.3: no name, no time
    member += packed;
    append_little_endian(member, crc32(text));
    append_little_endian(member, static_cast<std::uint32_t>(text.size()));
    return member;
}

Reply spoil(Reply reply, const Fault& fault) {
    reply.headers.insert(reply.headers.end(), fault.headers.begin(), fault.headers.end());
    if (fault.hint) { add_hint(reply.headers, *fault.hint, fault.retry_after_ms); }
    if (!reply.is_stream) {
        if (fault.is_gzip) {
            reply.headers.emplace_back("content-encoding", "gzip");
            reply.events.front().bytes = gzip(reply.events.front().bytes);
        }
        return reply;
    }
    if (fault.error_event != ErrorEvent::none) { put_error_event(reply, fault); }
    if (fault.event_bytes > 0 && reply.events.size() > big_event_index) {
        enlarge(reply.events[big_event_index], fault.event_bytes);
    }
    rewrite_frames(reply.events, fault);
    return reply;
}

}  // namespace spillway_sim
