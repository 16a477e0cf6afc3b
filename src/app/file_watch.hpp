// Says that files may have changed; whether they have is for the listener to find out. Watches
// directories, not files, because a file is usually replaced and not written: an editor renames,
// Kubernetes swaps the symlink `..data` beside it (field-notes.md §3). Looks now and then anyway,
// for file systems that tell nothing (NFS, some bind mounts).
#pragma once

#include "net/task.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace spillway {

class FileWatch {
public:
    struct Params {
        /// One change is several events: a file is opened, written, closed, renamed.
        std::chrono::milliseconds settle{500};
        std::chrono::milliseconds look_every{5000};
        bool listen = true;  ///< false: look only
    };
    using Files = std::function<std::vector<std::string>()>;

    /// `files` is asked again after every change; both are called on the watch's own thread.
    FileWatch(const Params& params, Files files, std::function<void()> changed);
    ~FileWatch();
    FileWatch(const FileWatch&) = delete;
    FileWatch& operator=(const FileWatch&) = delete;

private:
    void watch_directories();
    void listen();
    void look_within(std::chrono::milliseconds time);

    Params params_;
    Files files_;
    std::function<void()> changed_;
    asio::io_context io_{1};
    asio::posix::stream_descriptor notifications_{io_};
    std::array<char, 4096> bytes_{};
    asio::steady_timer next_look_{io_};
    std::thread thread_;
};

}  // namespace spillway
