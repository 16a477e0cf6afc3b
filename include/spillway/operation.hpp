// What a caller asks for, independent of the URL form it came in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway {

enum class Operation : std::uint8_t {
    chat_completions,
    completions,
    embeddings,
    responses,    ///< POST only
    models_list,  ///< answered by the gateway itself from its routes
    models_get,   ///< one of them
};
inline constexpr std::size_t operation_count = 6;

/// Label and log word, and the path segment(s) below the version: "chat/completions", "embeddings"
/// ...
[[nodiscard]] std::string_view name(Operation operation) noexcept;

/// True for the operations that are sent to a deployment.
[[nodiscard]] constexpr bool is_inference(Operation operation) noexcept {
    return operation <= Operation::responses;
}

}  // namespace spillway
