// A request as it arrived, and the parser that takes it from the inbox. Beast may read here: the
// simulator faces our own tests, never the outside (docs/decisions/0002, 0004).
#pragma once

#include <string>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace spillway_sim {

struct Request {
    /// Empty if the bytes are no HTTP request.
    std::string method;
    std::string target;
    /// The head exactly as received, up to and including the empty line.
    std::string head;
    std::string body;
    boost::beast::http::fields fields;
    bool is_keep_alive = false;
    bool is_head_too_large = false;
};

/// Eats one request from bytes that arrive in pieces.
class RequestReader {
public:
    RequestReader();

    enum class State { needs_more, wants_continue, done };

    /// Consumes from `inbox`; after `done` what is left belongs to the next request.
    /// `wants_continue` comes once, when a body announced with Expect: 100-continue is due.
    [[nodiscard]] State eat(std::string& inbox);

    /// Call once, after `done`.
    [[nodiscard]] Request take();

private:
    [[nodiscard]] bool take_head(const std::string& inbox);
    [[nodiscard]] State refuse();

    boost::beast::http::request_parser<boost::beast::http::string_body> parser_;
    Request request_;
    bool is_continue_due_ = false;
};

}  // namespace spillway_sim
