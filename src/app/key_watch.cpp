#include "app/key_watch.hpp"

#include "telemetry/event_log.hpp"

#include <utility>

namespace spillway {

KeyWatch::KeyWatch(const Config& config, std::shared_ptr<const CredentialLines> current,
                   Publish publish)
    : config_(config), current_(std::move(current)), publish_(std::move(publish)) {
    if (may_change(config_)) {
        schedule();
        thread_ = std::thread([this] { io_.run(); });
    }
}

KeyWatch::~KeyWatch() {
    io_.stop();
    if (thread_.joinable()) { thread_.join(); }
}

void KeyWatch::schedule() {
    timer_.expires_after(every);
    timer_.async_wait([this](const boost::system::error_code& ec) {
        if (ec) { return; }
        auto lines = sign_all(config_);
        if (*lines != *current_) {
            log_event(Severity::info, "credentials_changed", {});
            current_ = lines;
            publish_(std::move(lines));
        }
        schedule();
    });
}

}  // namespace spillway
