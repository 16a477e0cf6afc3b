#include "wire/sse.hpp"

#include <algorithm>

namespace spillway {

namespace {

constexpr std::size_t npos = std::string_view::npos;

/// What a string may keep while it is not needed.
constexpr std::size_t idle_capacity_max = std::size_t{4} * 1024;

void give_back_memory(std::string& text) {
    if (text.capacity() > idle_capacity_max && text.size() < text.capacity() / 4) {
        text.shrink_to_fit();
    }
}

/// Position of the first CR or LF at or after `from`, or the text's size. `lf` is the caller's
/// memory between calls with a growing `from`: without it a text of CRs would be searched for an LF
/// again from every line.
std::size_t find_line_end(std::string_view text, std::size_t from, std::size_t& lf) noexcept {
    if (lf <= from) { lf = std::min(text.find('\n', from), text.size()); }
    const std::size_t cr = text.substr(from, lf - from).find('\r');
    return cr == npos ? lf : from + cr;
}

struct SseField {
    std::string_view name;  ///< empty: a comment
    std::string_view value;
};

SseField split_field(std::string_view line) noexcept {
    const std::size_t colon = line.find(':');
    if (colon == npos) { return {line, {}}; }
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) { value.remove_prefix(1); }
    return {line.substr(0, colon), value};
}

std::string_view without_bom(std::string_view text) noexcept {
    constexpr std::string_view bom = "\xEF\xBB\xBF";
    return text.starts_with(bom) ? text.substr(bom.size()) : text;
}

/// The value of `event:` among the lines that end within `text`.
std::string_view find_type(std::string_view text) noexcept {
    std::string_view type;
    std::size_t lf = 0;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = find_line_end(text, from, lf);
        if (end == text.size()) { break; }
        const SseField field = split_field(text.substr(from, end - from));
        if (field.name == "event") { type = field.value; }
        from = end + 1;
    }
    return type;
}

}  // namespace

void SseScanner::feed(std::string_view piece) {
    forwarded();
    piece_ = piece;
    scan_ = 0;
    next_lf_ = 0;
    only_line_ = 0;
    if (piece.empty()) { return; }
    if (after_cr_ && piece[0] == '\n') {
        scan_ = 1;
        if (!event_open_) { begin_ = 1; }
    }
    after_cr_ = false;
}

bool SseScanner::next(SseEvent& event) {
    if (copied_) {
        held_.resize(released_);
        copied_ = false;
    }
    const std::size_t end = find_event_end();
    if (end == npos) {
        keep_rest();
        return false;
    }
    const std::string_view part = piece_.substr(begin_, end - begin_);
    begin_ = scan_;
    event = SseEvent{};
    finish_event(part, event);
    at_start_ = false;
    return true;
}

SseScanner::Fed SseScanner::fed() const noexcept {
    return {std::string_view(held_).substr(0, released_), begin_};
}

void SseScanner::forwarded() noexcept {
    held_.erase(0, released_);
    released_ = 0;
    copied_ = false;
    piece_ = {};
    begin_ = 0;
    give_back_memory(held_);
    if (!oversize_) { scratch_.clear(); }
    give_back_memory(scratch_);
}

/// One behind the first byte of the blank line's end; npos when the event goes on in the next
/// piece.
std::size_t SseScanner::find_event_end() noexcept {
    while (scan_ < piece_.size()) {
        const std::size_t line = scan_;
        const std::size_t end = find_line_end(piece_, line, next_lf_);
        line_open_ = line_open_ || end > scan_;
        event_open_ = event_open_ || line_open_;
        scan_ = std::min(end + 1, piece_.size());
        if (end == piece_.size()) { break; }
        if (piece_[end] == '\r') {
            after_cr_ = scan_ == piece_.size();
            if (!after_cr_ && piece_[scan_] == '\n') { ++scan_; }
        }
        const bool blank = !line_open_;
        if (!blank) { only_line_ = line == begin_ && carried() == 0 ? end - line : 0; }
        line_open_ = false;
        if (blank && event_open_) {
            event_open_ = false;
            return end + 1;
        }
        if (blank) {
            begin_ = scan_;
            at_start_ = false;
        }
    }
    return npos;
}

/// Bytes of the current event that came in earlier pieces and are still here.
std::size_t SseScanner::carried() const noexcept { return released_ == 0 ? held_.size() : 0; }

void SseScanner::finish_event(std::string_view part, SseEvent& event) {
    const bool whole = !oversize_ && carried() + part.size() <= held_max;
    if (!whole) {
        if (oversize_) {
            keep_tail(part);
        } else {
            begin_oversize(part);
        }
        oversize_ = false;
        event.type = type_;
        event.tail = scratch_;
        event.has_data = true;
        event.oversize = true;
        return;
    }
    scratch_.clear();
    if (only_line_ > 0) {
        const std::string_view line = part.substr(0, only_line_);
        read_field(at_start_ ? without_bom(line) : line, event);
        return;
    }
    if (carried() == 0) {
        read_fields(part, event);
        return;
    }
    const std::size_t earlier = held_.size();
    held_.append(part);
    released_ = earlier;
    copied_ = true;
    read_fields(held_, event);
}

void SseScanner::read_fields(std::string_view text, SseEvent& event) {
    if (at_start_) { text = without_bom(text); }
    std::size_t lf = 0;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = find_line_end(text, from, lf);
        read_field(text.substr(from, end - from), event);
        from = end + 1;
    }
}

void SseScanner::read_field(std::string_view line, SseEvent& event) {
    const SseField field = split_field(line);
    if (field.name == "event") { event.type = field.value; }
    if (field.name != "data") { return; }
    if (event.has_data) {
        if (scratch_.empty()) { scratch_ = event.data; }
        scratch_ += '\n';
        scratch_ += field.value;
        event.data = scratch_;
    } else {
        event.data = field.value;
        event.has_data = true;
    }
}

/// The current event, of which `part` is the latest piece, is too long: nothing of it stays here
/// but its type and its tail.
void SseScanner::begin_oversize(std::string_view part) {
    const std::size_t earlier = carried();
    std::string start = held_.substr(0, std::min(earlier, type_within));
    start += part.substr(0, type_within - start.size());
    type_ = find_type(at_start_ ? without_bom(start) : start);
    scratch_.clear();
    if (earlier > 0) { keep_tail(held_); }
    keep_tail(part);
    released_ = held_.size();
    oversize_ = true;
}

void SseScanner::keep_rest() {
    const std::string_view rest = piece_.substr(begin_);
    if (!oversize_ && carried() + rest.size() <= held_max) {
        held_.append(rest);
        piece_.remove_suffix(rest.size());
        return;
    }
    if (oversize_) {
        keep_tail(rest);
    } else {
        begin_oversize(rest);
    }
    begin_ = piece_.size();
}

void SseScanner::keep_tail(std::string_view bytes) {
    scratch_.append(bytes.substr(bytes.size() - std::min(bytes.size(), tail_max)));
    scratch_.erase(0, scratch_.size() - std::min(scratch_.size(), tail_max));
}

}  // namespace spillway
