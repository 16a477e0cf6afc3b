#include "admin/admin_page.hpp"

#include "admin/budget_metrics.hpp"
#include "admin/config_json.hpp"
#include "admin/fleet_metrics.hpp"
#include "admin/health.hpp"
#include "admin/host_rule.hpp"
#include "admin/page_assets.hpp"
#include "admin/status_json.hpp"
#include "telemetry/build_info.hpp"
#include "wire/head.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

namespace spillway {

namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view text_type = "text/plain; charset=utf-8";

/// What the query gives for `key`: empty for a key without a value, none without the key.
std::optional<std::string_view> value_of(std::string_view query, std::string_view key) {
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (pair.substr(0, equals) == key) {
            return pair.substr(std::min(equals + 1, pair.size()));
        }
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    }
    return std::nullopt;
}

/// 0 for what is no number.
std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() ? number : 0;
}

/// Healthy in one word unless details are wanted; trouble always with its reason.
AdminReply health_reply(const HealthReport& report, std::string_view query) {
    if (!report.healthy) { return {503, text_type, report.lines}; }
    return {200, text_type, value_of(query, "verbose") ? report.lines : "ok\n"};
}

/// `application/json`, with or without parameters, in any case.
bool is_json(std::string_view content_type) {
    std::string_view media = content_type.substr(0, content_type.find(';'));
    media = media.substr(0, media.find_last_not_of(" \t") + 1);
    return equal_ignoring_case(media, json_type);
}

AdminReply asset_reply(const PageAsset& asset) {
    AdminReply reply{200, asset.content_type, std::string(asset.content)};
    reply.security_policy = page_security_policy;
    return reply;
}

AdminReply wrong_method(std::string_view allow) {
    AdminReply reply = admin_error(405, "method_not_allowed", "Use " + std::string(allow) + ".");
    reply.allow = allow;
    return reply;
}

/// What schedulers and load balancers ask, which have no token.
bool is_open(std::string_view path) { return path == "/livez" || path == "/readyz"; }

AdminReply unknown_operator() {
    AdminReply reply = admin_error(401, "admin_token_required",
                                   "Send `Authorization: Bearer` with the token that the routing "
                                   "table names as admin.token. In a browser: any user name, the "
                                   "token as the password.");
    reply.challenge = R"(Basic realm="spillway", charset="UTF-8")";
    return reply;
}

void add_config_metrics(const ConfigStatus& config, Exposition& exposition) {
    exposition.add(Metric::config_info, {config.hash}, 1.0);
    exposition.add(Metric::config_reloads, {"ok"}, config.reloads);
    exposition.add(Metric::config_reloads, {"failed"}, config.failures);
    exposition.add(Metric::config_last_reload_success, {}, config.error.empty() ? 1.0 : 0.0);
    const auto since_epoch = config.loaded_at.time_since_epoch();
    exposition.add(Metric::config_last_reload_success_timestamp, {},
                   std::chrono::duration<double>(since_epoch).count());
}

void add_labels(const CallerLabels& labels, Exposition& exposition) {
    exposition.add(Metric::caller_info, {labels.caller, labels.cost_center}, 1.0);
    for (const auto& [tag, value] : labels.tags) {
        exposition.add(Metric::caller_tag, {labels.caller, tag, value}, 1.0);
    }
}

void add_issuer_metrics(const IssuerStatus& issuer, Exposition& exposition) {
    exposition.add(Metric::token_issuer_keys, {issuer.name}, std::uint64_t{issuer.keys});
    exposition.add(Metric::token_issuer_refreshes, {issuer.name, "ok"}, issuer.refreshed);
    exposition.add(Metric::token_issuer_refreshes, {issuer.name, "failed"}, issuer.failed);
}

}  // namespace

AdminReply admin_error(unsigned status, std::string_view code, const std::string& message) {
    const nlohmann::ordered_json document = {{"error", {{"code", code}, {"message", message}}}};
    // What was sent may be quoted, cut in the middle of a character.
    const auto replace = nlohmann::ordered_json::error_handler_t::replace;
    return {status, json_type, document.dump(-1, ' ', false, replace) + "\n"};
}

AdminPages::AdminPages(AdminSources sources)
    : sources_(std::move(sources)),
      collector_(*sources_.cells,
                 {[this](Exposition& exposition) { add_live_metrics(exposition); }}) {}

AdminReply AdminPages::answer(const AdminRequest& request, TimePoint now) const {
    if (!is_own_host(request.host, sources_.hosts)) {
        return admin_error(421, "misdirected_request",
                           "The Host of this request is not a name of the admin listener. Use its "
                           "address, or a name under .local or .internal, or list the "
                           "name under admin.hosts.");
    }
    const std::size_t mark = request.target.find('?');
    const std::string_view path = request.target.substr(0, mark);
    const std::string_view query = mark == std::string_view::npos ? std::string_view{}
                                                                  : request.target.substr(mark + 1);
    if (!is_open(path) && !sources_.admits(request.authorization)) { return unknown_operator(); }
    const AdminCall call{query, request.body, now};
    const auto page = std::ranges::find(pages(), path, &Page::path);
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (page != pages().end()) {
        return reads ? (this->*page->answer)(call) : wrong_method("GET, HEAD");
    }
    const auto asset = std::ranges::find(page_assets(), path, &PageAsset::path);
    if (asset != page_assets().end()) {
        return reads ? asset_reply(*asset) : wrong_method("GET, HEAD");
    }
    const auto action = std::ranges::find(sources_.actions, path, &AdminAction::path);
    return action == sources_.actions.end() ? unknown_path() : act(*action, request, call);
}

const std::vector<AdminPages::Page>& AdminPages::pages() {
    static const std::vector<Page> table = {
        {"/metrics", &AdminPages::metrics},   {"/livez", &AdminPages::livez},
        {"/readyz", &AdminPages::readyz},     {"/status.json", &AdminPages::status},
        {"/config", &AdminPages::config},     {"/events", &AdminPages::events},
        {"/history.json", &AdminPages::past}, {"/version", &AdminPages::version},
    };
    return table;
}

AdminReply AdminPages::act(const AdminAction& action, const AdminRequest& request,
                           const AdminCall& call) const {
    if (request.method != "POST") { return wrong_method("POST"); }
    if (request.intent != "1") {
        return admin_error(403, "admin_header_missing",
                           "Send the field `X-Spillway-Admin: 1`. It keeps web pages from doing "
                           "this behind the back of whoever looks at them.");
    }
    if (!request.body.empty() && !is_json(request.content_type)) {
        return admin_error(415, "not_json", "Send JSON, with `Content-Type: application/json`.");
    }
    return action.act(call);
}

AdminReply AdminPages::unknown_path() const {
    std::string known = "/, ";
    for (const Page& page : pages()) { known.append(page.path).append(", "); }
    for (const AdminAction& action : sources_.actions) {
        known.append("POST ").append(action.path).append(", ");
    }
    known.resize(known.size() - 2);
    return admin_error(404, "not_found", "There is no such page. Try " + known + ".");
}

void AdminPages::observe(const Moment& at) {
    feed_.drain(*sources_.cells, at);
    history_.sample(*sources_.cells, at.now);
}

void AdminPages::add_live_metrics(Exposition& exposition) const {
    add_fleet_metrics(sources_.fleet(Clock::now()), exposition);
    exposition.add(Metric::ready, {}, readiness(sources_).healthy ? 1.0 : 0.0);
    add_config_metrics(sources_.config(), exposition);
    exposition.add(Metric::access_log_dropped, {"write_failed"}, sources_.lost_log_lines());
    const AuditStatus audit = sources_.audit();
    exposition.add(Metric::audit_lines, {}, audit.lines);
    exposition.add(Metric::audit_dropped, {}, audit.dropped);
    exposition.add(Metric::audit_writable, {}, audit.writable ? 1.0 : 0.0);
    for (const CallerLabels& caller : sources_.callers()) { add_labels(caller, exposition); }
    for (const IssuerStatus& issuer : sources_.token_issuers()) {
        add_issuer_metrics(issuer, exposition);
    }
    add_budget_metrics(sources_.budgets(), sources_.ledger(), exposition);
}

AdminReply AdminPages::metrics(const AdminCall& /*call*/) const {
    return {200, exposition_content_type, exposition_text(collector_.Collect())};
}

AdminReply AdminPages::livez(const AdminCall& call) const {
    return health_reply(liveness(sources_, call.now), call.query);
}

AdminReply AdminPages::readyz(const AdminCall& call) const {
    return health_reply(readiness(sources_), call.query);
}

AdminReply AdminPages::status(const AdminCall& call) const {
    return {200, json_type, status_json(sources_, call.now)};
}

AdminReply AdminPages::config(const AdminCall& /*call*/) const {
    return {200, json_type, config_json(sources_.config().hash, sources_.settings())};
}

AdminReply AdminPages::events(const AdminCall& call) const {
    const std::string_view after = value_of(call.query, "after").value_or("");
    return {200, json_type, feed_.json(number_of(after))};
}

AdminReply AdminPages::past(const AdminCall& call) const {
    return {200, json_type, history_.json(call.now)};
}

AdminReply AdminPages::version(const AdminCall& /*call*/) const {
    const BuildInfo build = build_info();
    const nlohmann::ordered_json document = {{"version", build.version},
                                             {"compiler", build.compiler}};
    return {200, json_type, document.dump() + "\n"};
}

}  // namespace spillway
