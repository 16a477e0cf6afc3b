#include "proxy/request_id.hpp"

#include <algorithm>

namespace spillway {

std::string RequestIds::next() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string id(32, '0');
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < id.size(); ++i) {
        if (i % 16 == 0) { bits = rng_.next(); }
        id[i] = digits[bits & 0xFU];
        bits >>= 4U;
    }
    return id;
}

bool is_usable_request_id(std::string_view id) noexcept {
    const auto usable = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '_' || c == '-';
    };
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), usable);
}

}  // namespace spillway
