#include "sim/stats.hpp"

#include <array>
#include <chrono>

#include <openssl/evp.h>

namespace spillway_sim {

namespace {

constexpr std::size_t cancelled_kept_max = 1000;

double monotonic_ms(TimePoint at) {
    return std::chrono::duration<double, std::milli>(at.time_since_epoch()).count();
}

}  // namespace

void Counts::on_request(const Request& request) {
    ++requests;
    last_head = request.head;
    last_body_sha256 = sha256(request.body);
}

void Counts::on_cancelled(const Cancelled& what) {
    ++cancelled;
    latest_cancelled.push_back(what);
    if (latest_cancelled.size() > cancelled_kept_max) { latest_cancelled.pop_front(); }
}

Json Counts::to_json() const {
    Json statuses = Json::object();
    for (const auto& [status, count] : by_status) { statuses[std::to_string(status)] = count; }
    Json latest = Json::array();
    for (const Cancelled& one : latest_cancelled) {
        latest.push_back({{"at_ms", monotonic_ms(one.at)},
                          {"events_sent", one.events_sent},
                          {"stream", one.is_stream}});
    }
    return {{"requests", requests},
            {"complete", complete},
            {"by_status", statuses},
            {"open_streams", open_streams},
            {"max_open_streams", max_open_streams},
            {"cancelled", cancelled},
            {"latest_cancelled", latest},
            {"last_head", last_head},
            {"last_body_sha256", last_body_sha256}};
}

Json ConnectionCounts::to_json() const {
    return {{"accepted", accepted}, {"open", open}, {"reset", reset}};
}

std::string sha256(const std::string& bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
    constexpr const char* digits = "0123456789abcdef";
    std::string hex;
    for (std::size_t index = 0; index < length; ++index) {
        hex.push_back(digits[digest.at(index) >> 4U]);
        hex.push_back(digits[digest.at(index) & 0xFU]);
    }
    return hex;
}

}  // namespace spillway_sim
