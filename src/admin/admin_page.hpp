// What the admin listener answers to a request, as a function of the request and the sources: no
// socket, so that every path, method and refusal is a plain test. Pages (GET) are in a table in the
// source; actions (POST) are handed in by whoever carries them out. admin_server.hpp does the
// talking.
#pragma once

#include "admin/admin_call.hpp"
#include "admin/admin_sources.hpp"
#include "admin/event_feed.hpp"
#include "admin/history.hpp"
#include "spillway/time.hpp"
#include "telemetry/collector.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

class AdminPages {
public:
    explicit AdminPages(AdminSources sources);
    AdminPages(const AdminPages&) = delete;
    AdminPages& operator=(const AdminPages&) = delete;

    /// Never throws on account of the request.
    [[nodiscard]] AdminReply answer(const AdminRequest& request, TimePoint now) const;

    /// Takes over what has happened; to be called every `observe_every` on the thread that answers.
    void observe(const Moment& at);
    static constexpr std::chrono::milliseconds observe_every{500};

private:
    struct Page {
        std::string_view path;
        AdminReply (AdminPages::*answer)(const AdminCall& call) const;
    };
    static const std::vector<Page>& pages();

    // `now` of /metrics is read from the clock, because prometheus::Collectable has no argument.
    [[nodiscard]] AdminReply metrics(const AdminCall& call) const;
    [[nodiscard]] AdminReply livez(const AdminCall& call) const;
    [[nodiscard]] AdminReply readyz(const AdminCall& call) const;
    [[nodiscard]] AdminReply status(const AdminCall& call) const;
    [[nodiscard]] AdminReply config(const AdminCall& call) const;
    [[nodiscard]] AdminReply events(const AdminCall& call) const;
    [[nodiscard]] AdminReply past(const AdminCall& call) const;
    [[nodiscard]] AdminReply version(const AdminCall& call) const;
    [[nodiscard]] AdminReply act(const AdminAction& action, const AdminRequest& request,
                                 const AdminCall& call) const;
    [[nodiscard]] AdminReply unknown_path() const;
    void add_live_metrics(Exposition& exposition) const;

    AdminSources sources_;
    Collector collector_;
    EventFeed feed_;
    History history_;
};

}  // namespace spillway
