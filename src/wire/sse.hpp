// Finds events in a stream without touching it. Says after each piece how much of it ends on an
// event boundary, so that the relay forwards whole events only and an honest ending never lands
// inside one; the unfinished rest stays here, bounded. WHATWG HTML "Server-sent events" §9.2.6: CR,
// LF, CRLF line ends, BOM, comments, several data lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spillway {

/// All views are valid until the next call of the scanner.
struct SseEvent {
    std::string_view type;  ///< value of `event:`, empty when absent
    std::string_view data;  ///< `data:` lines joined by LF
    bool has_data = false;  ///< false: comment, `retry:` or `event:` alone
    bool oversize = false;  ///< too long to be looked at: `data` is empty, its bytes are forwarded
    std::string_view tail;  ///< of an oversize event: its last bytes, at most SseScanner::tail_max
};

/// One per stream, used by its owner only.
class SseScanner {
public:
    /// An event longer than this is forwarded in pieces as it arrives and not interpreted. Its type
    /// is still known if its line ends within `type_within` bytes: a `response.completed` repeats
    /// the whole answer and may well be this long, and it is the terminal marker.
    static constexpr std::size_t held_max = std::size_t{64} * 1024;
    static constexpr std::size_t type_within = 256;
    /// Enough for the usage object, which stands near the end of such an event.
    static constexpr std::size_t tail_max = std::size_t{4} * 1024;

    /// What to forward now, in this order: `held` (bytes kept back from earlier pieces), then the
    /// first `forward` bytes of the piece. `held` stays valid until the next `feed` or `forwarded`.
    struct Fed {
        std::string_view held;
        std::size_t forward = 0;
    };

    /// Looks at the next piece, which stays where it is until `next` has returned false. For every
    /// event that ends in it `next` yields it, in order. An event ends with the first byte of its
    /// blank line's end: an LF after a CR belongs to it, is forwarded at once, is not waited for.
    void feed(std::string_view piece);
    /// The next event of the last `feed`; false when there is no more, then `fed()` is final.
    [[nodiscard]] bool next(SseEvent& event);
    [[nodiscard]] Fed fed() const noexcept;
    /// The bytes of `fed()` have been written: gives memory back before a silence instead of at the
    /// next `feed`. Optional.
    void forwarded() noexcept;

    /// True when everything forwarded so far ends on an event boundary: a frame of our own may
    /// follow (one that does not begin with LF).
    [[nodiscard]] bool at_boundary() const noexcept { return !oversize_; }
    /// Bytes of an unfinished event that are being kept back.
    [[nodiscard]] std::size_t held_bytes() const noexcept { return held_.size() - released_; }

private:
    [[nodiscard]] std::size_t find_event_end() noexcept;
    [[nodiscard]] std::size_t carried() const noexcept;
    void finish_event(std::string_view part, SseEvent& event);
    void read_fields(std::string_view text, SseEvent& event);
    void read_field(std::string_view line, SseEvent& event);
    void begin_oversize(std::string_view part);
    void keep_rest();
    void keep_tail(std::string_view bytes);

    std::string held_;     // [0, released_) goes out with fed(), the rest is an unfinished event
    std::string scratch_;  // several data lines joined, or the tail of an oversize event
    std::string type_;     // of an oversize event
    std::string_view piece_;
    std::size_t released_ = 0;
    std::size_t begin_ = 0;      // in piece_: where the current event starts
    std::size_t scan_ = 0;       // in piece_: how far it has been looked at
    std::size_t only_line_ = 0;  // length of the current event's line while it has just one
    std::size_t next_lf_ = 0;    // in piece_: no LF between scan_ and here
    bool at_start_ = true;       // a BOM may come
    bool line_open_ = false;     // the current line has bytes
    bool event_open_ = false;    // the current event has a line
    bool after_cr_ = false;      // an LF now belongs to the line end before it
    bool oversize_ = false;      // bytes of the current event have been forwarded
    bool copied_ = false;        // held_ ends with the part that completed the last event
};

}  // namespace spillway
