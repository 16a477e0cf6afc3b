// Finds events in a stream without touching it. Says after each piece how much of it ends on an event boundary, so that the
// relay forwards whole events only and an honest ending never lands inside one; the unfinished rest stays here, bounded.
// WHATWG HTML "Server-sent events" §9.2.6: CR, LF, CRLF line ends, BOM, comments, several data lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spillway {

struct SseEvent {
    std::string_view type;  ///< value of `event:`, empty when absent
    std::string_view data;  ///< `data:` lines joined by LF; valid until the next call
    bool has_data = false;  ///< false: comment, `retry:` or `event:` alone
    bool oversize = false;  ///< too long to be looked at (data is empty); its bytes are forwarded all the same
};

class SseScanner {
public:
    /// An event longer than this is forwarded in pieces as it arrives and not interpreted.
    static constexpr std::size_t held_max = std::size_t{64} * 1024;

    /// What to forward now, in this order: `held` (bytes kept back from earlier pieces), then the first `forward`
    /// bytes of the piece. `held` stays valid until the next `feed`.
    struct Fed {
        std::string_view held;
        std::size_t forward = 0;
    };

    /// Looks at the next piece. For every event that ends in it `next` yields it, in order.
    void feed(std::string_view piece);
    /// The next event of the last `feed`; false when there is no more, then `fed()` is final.
    [[nodiscard]] bool next(SseEvent& event);
    [[nodiscard]] Fed fed() const noexcept;

    /// True when everything forwarded so far ends on an event boundary: a frame of our own may follow.
    [[nodiscard]] bool at_boundary() const noexcept;
    /// Bytes of an unfinished event that are being kept back.
    [[nodiscard]] std::size_t held_bytes() const noexcept;

private:
    std::string held_;
    // (scanner state: the owner's)
};

}  // namespace spillway
