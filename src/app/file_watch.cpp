#include "app/file_watch.hpp"

#include "telemetry/event_log.hpp"

#include <sys/inotify.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace spillway {

namespace {

constexpr std::uint32_t of_interest = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF |
                                      IN_MOVE_SELF;

std::string directory_of(const std::filesystem::path& file) {
    const std::filesystem::path parent = file.parent_path();
    return parent.empty() ? "." : parent.string();
}

}  // namespace

FileWatch::FileWatch(const Params& params, Files files, std::function<void()> changed)
    : params_(params), files_(std::move(files)), changed_(std::move(changed)) {
    const int descriptor = params_.listen ? inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1;
    if (descriptor >= 0) {
        notifications_.assign(descriptor);
        watch_directories();
        listen();
    } else if (params_.listen) {
        log_event(Severity::warn, "no_file_notifications",
                  {{"reason", std::strerror(errno)}, {"consequence", "looking every few seconds"}});
    }
    look_within(params_.look_every);
    thread_ = std::thread([this] { io_.run(); });
}

FileWatch::~FileWatch() {
    io_.stop();
    thread_.join();
}

// The directory a name stands in and the one its file really is in: either may change. Watching
// twice is watching once, and a directory that was replaced gets its watch back.
void FileWatch::watch_directories() {
    if (!notifications_.is_open()) { return; }
    for (const std::string& file : files_()) {
        std::error_code ec;
        std::filesystem::path real = std::filesystem::canonical(file, ec);
        if (ec) { real = file; }
        for (const std::string& directory : {directory_of(file), directory_of(real)}) {
            inotify_add_watch(notifications_.native_handle(), directory.c_str(), of_interest);
        }
    }
}

void FileWatch::listen() {
    const auto heard = [this](const boost::system::error_code& ec, std::size_t) {
        if (ec) { return; }
        look_within(params_.settle);
        listen();
    };
    notifications_.async_read_some(asio::buffer(bytes_), heard);
}

void FileWatch::look_within(std::chrono::milliseconds time) {
    next_look_.expires_after(time);
    next_look_.async_wait([this](const boost::system::error_code& ec) {
        if (ec) { return; }
        changed_();
        watch_directories();
        look_within(params_.look_every);
    });
}

}  // namespace spillway
