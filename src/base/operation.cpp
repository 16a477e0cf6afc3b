#include "spillway/operation.hpp"

#include <array>

namespace spillway {

std::string_view name(Operation operation) noexcept {
    constexpr std::array<std::string_view, operation_count> names = {
        "chat/completions", "completions", "embeddings", "responses", "models", "models/{id}"};
    return names[static_cast<std::size_t>(operation)];
}

}  // namespace spillway
