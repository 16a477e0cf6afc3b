#include "admin/admin_page.hpp"

#include "admin/page_assets.hpp"
#include "unit/admin/sources.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace spillway {
namespace {

class AdminPage : public testing::Test {
protected:
    AdminReply get(std::string_view target) {
        return pages_.answer({"GET", target, "127.0.0.1:9091"}, FakeGateway::t0);
    }
    AdminReply post(const AdminRequest& request) {
        AdminPages pages(gateway_.sources());
        return pages.answer(request, FakeGateway::t0);
    }
    AdminReply ask(std::string_view method, std::string_view host) {
        return pages_.answer({method, "/version", host}, FakeGateway::t0);
    }

    FakeGateway gateway_;
    AdminPages pages_{gateway_.sources()};
};

TEST_F(AdminPage, MetricsHaveTheContentTypePrometheusInsistsOn) {
    const AdminReply reply = get("/metrics");

    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.content_type, "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(AdminPage, MetricsShowTheLiveStateBesideTheCells) {
    gateway_.cells.worker(0).access_log_dropped.add(3);
    const std::string text = get("/metrics").body;

    for (const char* line :
         {"spillway_ready 1\n", "spillway_config_info{hash=\"c0ffee\"} 1\n",
          "spillway_access_log_dropped_total{cause=\"lagging\"} 3\n",
          "spillway_access_log_dropped_total{cause=\"write_failed\"} 7\n",
          "spillway_audit_lines_total 12\n", "spillway_audit_dropped_total 5\n",
          "spillway_audit_writable 0\n",
          "spillway_deployment_state{deployment=\"gpt-4o-east\",state=\"closed\"} 1\n"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line;
    }
}

TEST_F(AdminPage, MetricsShowThatTheLastReloadFailed) {
    const std::string success = "spillway_config_last_reload_success ";
    EXPECT_NE(get("/metrics").body.find(success + "1\n"), std::string::npos);
    gateway_.config.error = "wrong";
    const std::string text = get("/metrics").body;

    EXPECT_NE(text.find(success + "0\n"), std::string::npos);
    EXPECT_NE(text.find("spillway_config_reloads_total{result=\"failed\"} 1\n"), std::string::npos);
    EXPECT_NE(text.find("spillway_config_reloads_total{result=\"ok\"} 3\n"), std::string::npos);
}

TEST_F(AdminPage, ShowsNothingButHealthWithoutTheToken) {
    gateway_.token = "secret";
    for (const char* path : {"/", "/metrics", "/status.json", "/events", "/explain", "/nowhere"}) {
        const AdminReply reply = get(path);
        EXPECT_EQ(reply.status, 401U) << path;
        EXPECT_EQ(reply.challenge, "Basic realm=\"spillway\", charset=\"UTF-8\"");
        EXPECT_EQ(pages_.answer({"GET", path, "", "", "", "", "Bearer wrong"}, FakeGateway::t0)
                      .status,
                  401U);
    }
    for (const char* path : {"/livez", "/readyz", "/livez?verbose"}) {
        EXPECT_EQ(get(path).status, 200U) << path;
    }
    for (const char* path : {"/", "/metrics"}) {
        EXPECT_EQ(pages_.answer({"GET", path, "", "", "", "", "Bearer secret"}, FakeGateway::t0)
                      .status,
                  200U);
    }
}

TEST_F(AdminPage, AsksForTheTokenBeforeAnythingIsDone) {
    bool acted = false;
    gateway_.token = "secret";
    gateway_.actions = {{"/act", [&acted](const AdminCall&) {
                             acted = true;
                             return AdminReply{};
                         }}};
    EXPECT_EQ(post({"POST", "/act", "", "", "1"}).status, 401U);
    EXPECT_FALSE(acted);
    EXPECT_EQ(post({"POST", "/act", "", "", "1", "", "Bearer secret"}).status, 200U);
    EXPECT_TRUE(acted);
}

TEST_F(AdminPage, AnswersToTheHostsOfTheTable) {
    EXPECT_EQ(ask("GET", "spillway.example.com:9091").status, 200U);
    EXPECT_EQ(ask("GET", "other.example.com").status, 421U);
}

TEST_F(AdminPage, SaysOkInOneWordUnlessAskedForMore) {
    EXPECT_EQ(get("/livez").body, "ok\n");
    EXPECT_EQ(get("/livez?verbose").body, "[+]worker 0 ok\n[+]worker 1 ok\n");
    EXPECT_EQ(get("/readyz?x=1&verbose=1").body, "[+]listeners ok\n[+]accepting ok\n");
    EXPECT_EQ(get("/readyz?verbosely").body, "ok\n");
}

TEST_F(AdminPage, IsUnreadyButAliveWhileDraining) {
    gateway_.readiness = Readiness::draining;

    EXPECT_EQ(get("/livez").status, 200U);
    const AdminReply reply = get("/readyz");
    EXPECT_EQ(reply.status, 503U);
    EXPECT_EQ(reply.body, "[+]listeners ok\n[-]accepting no: draining\n");
}

TEST_F(AdminPage, KnowsItsVersion) {
    const auto document = nlohmann::json::parse(get("/version").body);

    EXPECT_TRUE(document["version"].is_string());
    EXPECT_TRUE(document["compiler"].is_string());
}

TEST_F(AdminPage, AnswersOtherPathsWithTheListOfItsOwn) {
    for (const char* path : {"/metrics/", "/page", "/page/", "/Metrics", "/../etc/passwd", ""}) {
        const AdminReply reply = get(path);
        EXPECT_EQ(reply.status, 404U) << path;
        const auto error = nlohmann::json::parse(reply.body)["error"];
        EXPECT_EQ(error["code"], "not_found");
        EXPECT_NE(error["message"].get<std::string>().find("/status.json"), std::string::npos);
    }
}

TEST_F(AdminPage, RefusesMethodsThatCouldChangeSomething) {
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
        const AdminReply reply = ask(method, "localhost");
        EXPECT_EQ(reply.status, 405U) << method;
        EXPECT_EQ(reply.allow, "GET, HEAD");
    }
    EXPECT_EQ(ask("HEAD", "localhost").status, 200U);
}

/// Answers with the body it was given.
AdminAction echo() {
    return {"/echo", [](const AdminCall& call) {
                return AdminReply{200, "application/json", std::string(call.body)};
            }};
}

AdminRequest well_formed() {
    AdminRequest request{"POST", "/echo?x", "localhost"};
    request.content_type = "Application/JSON ; charset=utf-8";
    request.intent = "1";
    request.body = "{}";
    return request;
}

TEST_F(AdminPage, HandsAPostToItsAction) {
    gateway_.actions = {echo()};
    AdminRequest empty = well_formed();
    empty.content_type = {};
    empty.body = {};

    EXPECT_EQ(post(well_formed()).body, "{}");
    EXPECT_EQ(post(empty).status, 200U) << "nothing to parse, nothing to declare";
}

TEST_F(AdminPage, RefusesAPostThatAWebPageCouldHaveMade) {
    gateway_.actions = {echo()};
    AdminRequest plain_form = well_formed();
    plain_form.intent = {};
    AdminRequest rebound = well_formed();
    rebound.host = "evil.example";

    EXPECT_EQ(post(plain_form).status, 403U);
    EXPECT_NE(post(plain_form).body.find("X-Spillway-Admin: 1"), std::string::npos);
    EXPECT_EQ(post(rebound).status, 421U);
}

TEST_F(AdminPage, TakesNothingButJson) {
    gateway_.actions = {echo()};
    for (const char* type : {"", "text/plain", "application/jsonp", "text/json"}) {
        AdminRequest request = well_formed();
        request.content_type = type;
        EXPECT_EQ(post(request).status, 415U) << type;
    }
}

TEST_F(AdminPage, ActsOnPostOnly) {
    gateway_.actions = {echo()};
    for (const char* method : {"GET", "HEAD", "PUT", "OPTIONS"}) {
        AdminRequest request = well_formed();
        request.method = method;
        EXPECT_EQ(post(request).status, 405U) << method;
        EXPECT_EQ(post(request).allow, "POST");
    }
}

TEST_F(AdminPage, ListsItsActionsToo) {
    gateway_.actions = {echo()};
    AdminRequest lost = well_formed();
    lost.target = "/eco";

    const AdminReply reply = post(lost);

    EXPECT_EQ(reply.status, 404U);
    EXPECT_NE(reply.body.find("/version, POST /echo."), std::string::npos) << reply.body;
}

TEST_F(AdminPage, ServesTheStatusPageWithNothingInlineAndNothingFromElsewhere) {
    const AdminReply reply = get("/");

    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.content_type, "text/html; charset=utf-8");
    EXPECT_TRUE(reply.security_policy.starts_with("default-src 'none'; script-src 'self';"));
    EXPECT_NE(reply.security_policy.find("frame-ancestors 'none'"), std::string_view::npos);
    EXPECT_EQ(reply.security_policy.find("unsafe"), std::string_view::npos);
    for (const char* outside : {"http:", "https:", "//", "style=", "onclick="}) {
        EXPECT_EQ(reply.body.find(outside), std::string::npos) << outside;
    }
}

TEST_F(AdminPage, ServesEveryFileThatItsFilesAskFor) {
    for (const PageAsset& asset : page_assets()) {
        const AdminReply reply = get(asset.path);
        EXPECT_EQ(reply.status, 200U) << asset.path;
        EXPECT_EQ(reply.body, asset.content) << asset.path;
    }
    EXPECT_EQ(get("/page/page.js").content_type, "text/javascript; charset=utf-8");
    EXPECT_EQ(get("/page/page.css").content_type, "text/css; charset=utf-8");
    EXPECT_EQ(get("/page/page.js/").status, 404U);
}

/// Opened at 3 a.m. over a bad line: issue 3.
TEST_F(AdminPage, IsSmall) {
    std::size_t bytes = 0;
    for (const PageAsset& asset : page_assets()) { bytes += asset.content.size(); }

    EXPECT_LT(bytes, 60'000U);
}

TEST_F(AdminPage, LetsWhatIsNoPageDoNothingInABrowser) {
    EXPECT_EQ(get("/status.json").security_policy, "default-src 'none'; frame-ancestors 'none'");
}

TEST_F(AdminPage, TellsEventsOnceTheyWereObserved) {
    gateway_.cells.worker(1).events.push({});
    EXPECT_EQ(nlohmann::json::parse(get("/events").body)["last"], 0);

    pages_.observe({FakeGateway::t0, WallTime{}});

    EXPECT_EQ(nlohmann::json::parse(get("/events").body)["events"].size(), 1U);
    EXPECT_EQ(nlohmann::json::parse(get("/events?after=1").body)["events"].size(), 0U);
    EXPECT_EQ(nlohmann::json::parse(get("/events?after=-1").body)["events"].size(), 1U);
    EXPECT_EQ(nlohmann::json::parse(get("/events?after=").body)["events"].size(), 1U);
}

TEST_F(AdminPage, ShowsTheTableInUse) {
    const auto config = nlohmann::json::parse(get("/config").body);

    EXPECT_EQ(config, nlohmann::json::parse(R"({
        "hash": "c0ffee",
        "process": {"drain.delay": "5s", "drain.timeout": "10m", "workers": "2"},
        "route": {"gpt-4o": {"tiers": "[east] [west]"}}})"));
}

TEST_F(AdminPage, RemembersTheLastQuarterOfAnHour) {
    gateway_.cells.deployment(0, "east").failures[1].add(2);
    pages_.observe({FakeGateway::t0, WallTime{}});

    const auto past = nlohmann::json::parse(get("/history.json").body);
    EXPECT_EQ(past["deployments"][0]["errors"], (nlohmann::json{2}));
}

TEST_F(AdminPage, RefusesAForeignHost) {
    const AdminReply reply = ask("GET", "evil.example:9091");

    EXPECT_EQ(reply.status, 421U);
    EXPECT_EQ(nlohmann::json::parse(reply.body)["error"]["code"], "misdirected_request");
}

}  // namespace
}  // namespace spillway
