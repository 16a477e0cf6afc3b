#include "sim/request.hpp"

#include <utility>

#include <boost/asio/buffer.hpp>

namespace spillway_sim {

namespace {

namespace http = boost::beast::http;

constexpr std::size_t head_bytes_max = 64 * 1024;
constexpr std::uint64_t body_bytes_max = 128 * 1024 * 1024;

}  // namespace

RequestReader::RequestReader() {
    parser_.eager(true);
    parser_.header_limit(head_bytes_max);
    parser_.body_limit(body_bytes_max);
}

bool RequestReader::take_head(const std::string& inbox) {
    const auto end = inbox.find("\r\n\r\n");
    if (end == std::string::npos) {
        request_.is_head_too_large = inbox.size() > head_bytes_max;
        return false;
    }
    request_.head = inbox.substr(0, end + 4);
    request_.is_head_too_large = request_.head.size() > head_bytes_max;
    return true;
}

RequestReader::State RequestReader::refuse() {
    request_.method.clear();
    return State::done;
}

RequestReader::State RequestReader::eat(std::string& inbox) {
    if (request_.head.empty()) {
        const bool has_head = take_head(inbox);
        if (request_.is_head_too_large) { return refuse(); }
        if (!has_head) { return State::needs_more; }
    }
    boost::system::error_code ec;
    while (!inbox.empty() && !parser_.is_done()) {
        const std::size_t eaten = parser_.put(boost::asio::buffer(inbox), ec);
        inbox.erase(0, eaten);
        if (ec == http::error::need_more) { break; }
        if (ec) { return refuse(); }
    }
    if (parser_.is_done()) {
        auto message = parser_.release();
        request_.method = std::string(message.method_string());
        request_.target = std::string(message.target());
        request_.is_keep_alive = message.keep_alive();
        request_.body = std::move(message.body());
        request_.fields = std::move(static_cast<http::fields&>(message.base()));
        return State::done;
    }
    const bool expects = boost::beast::iequals(parser_.get()[http::field::expect], "100-continue");
    if (expects && !is_continue_due_) {
        is_continue_due_ = true;
        return State::wants_continue;
    }
    return State::needs_more;
}

Request RequestReader::take() { return std::move(request_); }

}  // namespace spillway_sim
