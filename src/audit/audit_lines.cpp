#include "audit/audit_lines.hpp"

namespace spillway {

std::optional<std::string_view> AuditLines::next() {
    line_.clear();
    while (begin_ < end_ || fill()) {
        const std::string_view rest(buffer_.data() + begin_, end_ - begin_);
        const std::size_t line_end = rest.find('\n');
        const std::string_view part = rest.substr(0, line_end);
        line_.append(part.substr(0, audit_line_read_max - line_.size()));
        begin_ += part.size();
        if (line_end == std::string_view::npos) { continue; }
        ++begin_;
        return line_;
    }
    unfinished_ = !line_.empty();
    return unfinished_ ? std::optional<std::string_view>(line_) : std::nullopt;
}

bool AuditLines::fill() {
    begin_ = 0;
    end_ = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
    return end_ > 0;
}

}  // namespace spillway
