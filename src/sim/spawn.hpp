// The one way to start a coroutine that nobody awaits. An exception that escapes one is a defect of
// the simulator; it is said on stderr, and the other connections go on.
#pragma once

#include <exception>
#include <iostream>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

namespace spillway_sim {

/// `work` holds everything it needs by value.
inline void spawn(const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> work) {
    boost::asio::co_spawn(executor, std::move(work), [](const std::exception_ptr& escaped) {
        if (!escaped) { return; }
        try {
            std::rethrow_exception(escaped);
        } catch (const std::exception& error) {
            std::cerr << "spillway-sim: " << error.what() << '\n';
        }
    });
}

}  // namespace spillway_sim
