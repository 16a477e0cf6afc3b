// Lines and columns of a text. yaml-cpp counts bytes, people and editors count characters.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace spillway {

class TextPosition {
public:
    /// `text` must outlive the object.
    explicit TextPosition(std::string_view text);

    /// Line `number` (from 1) without its end; empty when there is no such line.
    [[nodiscard]] std::string_view line(std::size_t number) const;
    /// 1-based column in characters of the byte `offset` (from 0) in line `number`.
    [[nodiscard]] std::size_t column(std::size_t number, std::size_t offset) const;
    /// 1-based number of the line that holds the byte `offset` of the text.
    [[nodiscard]] std::size_t line_of(std::size_t offset) const;
    /// Offset of the line's first byte.
    [[nodiscard]] std::size_t start(std::size_t number) const { return starts_[number - 1]; }

private:
    std::string_view text_;
    std::vector<std::size_t> starts_;
};

/// True for all but the first byte of a UTF-8 character.
[[nodiscard]] bool is_continuation(char byte);

/// Offset of the first byte that is not part of a UTF-8 character YAML allows (YAML 1.2 §5.1).
[[nodiscard]] std::optional<std::size_t> find_unprintable(std::string_view text);

}  // namespace spillway
