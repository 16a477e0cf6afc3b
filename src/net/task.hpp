// The coroutine vocabulary: one concrete executor type (no type erasure on the hot path), errors as
// values, and one way to start a coroutine. The shapes in which co_await may be written are in
// docs/decisions/0001; tests/tidy checks them.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <functional>
#include <utility>

namespace spillway {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;

template <class T>
using task = asio::awaitable<T, Executor>;

/// For awaiting our own tasks' operations: results come as a tuple whose first element is the error
/// code.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> use_tuple{};

/// Starts a coroutine on a worker. Whatever it needs is passed to it by value or outlives the
/// worker. An exception that leaves it is a bug: `on_escape` is told.
template <class OnEscape>
void spawn(const Executor& executor, task<void> body, OnEscape on_escape) {
    asio::co_spawn(executor, std::move(body), [on_escape](const std::exception_ptr& escaped) {
        if (escaped) { on_escape(escaped); }
    });
}

}  // namespace spillway
