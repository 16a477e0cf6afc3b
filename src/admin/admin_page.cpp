#include "admin/admin_page.hpp"

#include "admin/fleet_metrics.hpp"
#include "admin/health.hpp"
#include "admin/host_rule.hpp"
#include "admin/status_json.hpp"
#include "telemetry/build_info.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace spillway {

namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view text_type = "text/plain; charset=utf-8";
constexpr std::string_view paths = "/metrics, /livez, /readyz, /status.json, /version";

/// True when the query has the flag `verbose`, with or without a value.
bool is_verbose(std::string_view query) {
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        if (pair.substr(0, pair.find('=')) == "verbose") { return true; }
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    }
    return false;
}

/// Healthy in one word unless details are wanted; trouble always with its reason.
AdminReply health_reply(const HealthReport& report, std::string_view query) {
    if (!report.healthy) { return {503, text_type, report.lines, {}}; }
    return {200, text_type, is_verbose(query) ? report.lines : "ok\n", {}};
}

AdminReply version_reply() {
    const BuildInfo build = build_info();
    const nlohmann::ordered_json document = {{"version", build.version},
                                             {"compiler", build.compiler}};
    return {200, json_type, document.dump() + "\n", {}};
}

}  // namespace

AdminReply admin_error(unsigned status, std::string_view code, const std::string& message) {
    const nlohmann::ordered_json document = {{"error", {{"code", code}, {"message", message}}}};
    return {status, json_type, document.dump() + "\n", {}};
}

AdminPages::AdminPages(AdminSources sources)
    : sources_(std::move(sources)),
      collector_(*sources_.cells,
                 {[this](Exposition& exposition) { add_live_metrics(exposition); }}) {}

AdminReply AdminPages::answer(const AdminRequest& request, TimePoint now) const {
    if (!is_own_host(request.host)) {
        return admin_error(421, "misdirected_request",
                           "The Host of this request is not a name of the admin listener. Use its "
                           "address, or a name under .local or .internal.");
    }
    if (request.method != "GET" && request.method != "HEAD") {
        AdminReply reply = admin_error(405, "method_not_allowed", "Use GET or HEAD.");
        reply.allow = "GET, HEAD";
        return reply;
    }
    const std::size_t mark = request.target.find('?');
    const std::string_view path = request.target.substr(0, mark);
    const std::string_view query = mark == std::string_view::npos ? std::string_view{}
                                                                  : request.target.substr(mark + 1);
    return page(path, query, now);
}

void AdminPages::add_live_metrics(Exposition& exposition) const {
    add_fleet_metrics(sources_.fleet(Clock::now()), exposition);
    exposition.add(Metric::ready, {}, readiness(sources_).healthy ? 1.0 : 0.0);
    exposition.add(Metric::config_info, {sources_.config_hash()}, 1.0);
    exposition.add(Metric::access_log_dropped, {"write_failed"}, sources_.lost_log_lines());
}

AdminReply AdminPages::page(std::string_view path, std::string_view query, TimePoint now) const {
    if (path == "/metrics") {
        return {200, exposition_content_type, exposition_text(collector_.Collect()), {}};
    }
    if (path == "/livez") { return health_reply(liveness(sources_, now), query); }
    if (path == "/readyz") { return health_reply(readiness(sources_), query); }
    if (path == "/status.json") { return {200, json_type, status_json(sources_, now), {}}; }
    if (path == "/version") { return version_reply(); }
    return admin_error(404, "not_found", "There is no such page. Try " + std::string(paths) + ".");
}

}  // namespace spillway
