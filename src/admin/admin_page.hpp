// What the admin listener answers to a request, as a function of the request and the sources: no
// socket, so that every path, method and refusal is a plain test. admin_server.hpp does the
// talking.
#pragma once

#include "admin/admin_sources.hpp"
#include "spillway/time.hpp"
#include "telemetry/collector.hpp"

#include <string>
#include <string_view>

namespace spillway {

struct AdminRequest {
    std::string_view method;
    std::string_view target;  ///< origin-form, with its query
    std::string_view host;    ///< value of the Host field; empty when there was none
};

struct AdminReply {
    unsigned status = 200;
    std::string_view content_type;
    std::string body;
    std::string_view allow;  ///< value of the Allow field; empty for none
};

/// An error as JSON: `{"error": {"code": ..., "message": ...}}`.
[[nodiscard]] AdminReply admin_error(unsigned status, std::string_view code,
                                     const std::string& message);

class AdminPages {
public:
    explicit AdminPages(AdminSources sources);
    AdminPages(const AdminPages&) = delete;
    AdminPages& operator=(const AdminPages&) = delete;

    /// Never throws on account of the request.
    [[nodiscard]] AdminReply answer(const AdminRequest& request, TimePoint now) const;

private:
    // `now` of /metrics is read from the clock, because prometheus::Collectable has no argument.
    [[nodiscard]] AdminReply page(std::string_view path, std::string_view query,
                                  TimePoint now) const;
    void add_live_metrics(Exposition& exposition) const;

    AdminSources sources_;
    Collector collector_;
};

}  // namespace spillway
