#include "app/cli.hpp"

#include "app/config_file.hpp"
#include "spillway/config_load.hpp"

#include "support/scratch_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <fstream>
#include <sstream>
#include <thread>

namespace spillway {
namespace {

struct Ran {
    ExitCode code;
    std::string out;
    std::string err;
};

Ran run(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const ExitCode code = run_cli(arguments, {out, err});
    return {code, out.str(), err.str()};
}

TEST(Cli, AnswersHelpOnStdoutWithExamples) {
    for (const char* command :
         {"serve", "check", "doctor", "explain", "test", "init", "usage", "schema", "health"}) {
        const Ran help = run({command, "--help"});
        EXPECT_EQ(help.code, ExitCode::fine) << command;
        EXPECT_NE(help.out.find("Example"), std::string::npos) << help.out;
        EXPECT_EQ(help.err, "");
    }
    EXPECT_NE(run({"--help"}).out.find("spillway check routes.yaml"), std::string::npos);
}

TEST(Cli, CallsWrongUsageWrongUsage) {
    const std::vector<std::vector<std::string>> wrong = {
        {},
        {"serve"},
        {"check"},
        {"doctor"},
        {"--bogus"},
        {"version", "extra"},
        {"explain", "--model", "m"},
        {"explain", "--config", "a", "--admin", "127.0.0.1:1"},
        {"test"},
        {"import"},
        {"import", "azure"},
        {"import", "nginx", "x"},
        {"import", "litellm", "a", "b"},
        {"init", "a", "b"},
        {"usage"},
        {"usage", "--format", "xml", "a"},
        {"usage", "--from", "yesterday", "a"},
        {"usage", "--by", "colour", "a"},
        {"health", "--admin", "nowhere"}};
    for (const auto& arguments : wrong) {
        const Ran ran = run(arguments);
        EXPECT_EQ(ran.code, ExitCode::usage) << testing::PrintToString(arguments);
        EXPECT_EQ(ran.out, "") << "messages belong to stderr";
        EXPECT_NE(ran.err, "");
    }
}

TEST(Cli, GuessesWhichCommandWasMeant) {
    const Ran ran = run({"chekc", "routes.yaml"});

    EXPECT_EQ(ran.code, ExitCode::usage);
    EXPECT_NE(ran.err.find("there is no command `chekc`"), std::string::npos);
    EXPECT_NE(ran.err.find("did you mean `check`?"), std::string::npos) << ran.err;
}

TEST(Cli, PrintsVersionAndSchemaAsData) {
    EXPECT_TRUE(run({"version"}).out.starts_with("spillway "));
    EXPECT_EQ(run({"schema"}).out, config_schema());
}

class CliCheck : public testing::Test {
protected:
    static constexpr const char* good_table = R"(listen: 127.0.0.1:0
resources: {east: {endpoint: "http://127.0.0.1:1"}}
deployments: {gpt-4o-east: {resource: east}}
routes: {gpt-4o: {tiers: [[gpt-4o-east]]}}
)";
    [[nodiscard]] std::string file_with(const std::string& text) const {
        std::string path = folder_.file(content_hash(text) + ".yaml");
        std::ofstream(path) << text;
        return path;
    }

private:
    const ScratchFolder folder_;
};

TEST_F(CliCheck, CountsWhatAGoodTableHolds) {
    const std::string path = file_with(good_table);
    const Ran ran = run({"check", path});

    EXPECT_EQ(ran.code, ExitCode::fine) << ran.err;
    EXPECT_EQ(ran.out, path + ": ok (1 route, 1 deployment, 1 resource)\n");
}

TEST_F(CliCheck, ShowsEveryFindingAtItsPlace) {
    const std::string path = file_with("listen: 127.0.0.1:8080\nlisten_too: x\nroutes: {}\n");
    const Ran ran = run({"check", path});

    EXPECT_EQ(ran.code, ExitCode::wrong_input);
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err.find(path + ":2:1: error: "), std::string::npos) << ran.err;
}

TEST_F(CliCheck, FailsForOneBadFileAmongGoodOnes) {
    const Ran ran = run({"check", file_with("listen: ["), file_with(good_table)});

    EXPECT_EQ(ran.code, ExitCode::wrong_input);
}

TEST_F(CliCheck, SaysWhenAFileCannotBeRead) {
    const Ran ran = run({"check", "/nonexistent.yaml"});

    EXPECT_EQ(ran.code, ExitCode::wrong_input);
    EXPECT_EQ(ran.err, "/nonexistent.yaml: error: cannot be read\n");
}

TEST_F(CliCheck, WritesFindingsAsJson) {
    const std::string path = file_with("listen: 127.0.0.1:8080\nlisten_too: x\n");
    const Ran ran = run({"check", "--json", path, "/nonexistent.yaml"});
    const auto document = nlohmann::json::parse(ran.out);

    EXPECT_EQ(ran.code, ExitCode::wrong_input);
    EXPECT_EQ(ran.err, "");
    EXPECT_EQ(document[0]["file"], path);
    EXPECT_EQ(document[0]["valid"], false);
    EXPECT_EQ(document[0]["issues"][0]["severity"], "error");
    EXPECT_GE(document[0]["issues"][0]["line"], 1);
    EXPECT_EQ(document[1]["issues"][0]["message"], "cannot be read");
}

TEST_F(CliCheck, IsWhatServeBeginsWith) {
    const std::string path = file_with("listen: nowhere\n");
    const Ran ran = run({"serve", "--config", path});

    EXPECT_EQ(ran.code, ExitCode::wrong_input);
    EXPECT_NE(ran.err.find(path + ":1:"), std::string::npos) << ran.err;
}

TEST_F(CliCheck, ExplainsATableWithoutItsKeys) {
    const std::string path = file_with(good_table);
    const Ran ran = run({"explain", "--config", path, "--model", "gpt-4o"});
    const Ran refused = run({"explain", "--config", path, "--model", "gpt-4o", "--full",
                             "gpt-4o-east", "--json"});

    EXPECT_EQ(ran.code, ExitCode::fine) << ran.err;
    EXPECT_NE(ran.out.find("  1.  gpt-4o-east  always\n"), std::string::npos) << ran.out;
    EXPECT_EQ(refused.code, ExitCode::wrong_input);
    EXPECT_EQ(nlohmann::json::parse(refused.out)["refusal"]["code"], "rate_limit_exceeded");
    EXPECT_EQ(run({"explain", "--config", path}).code, ExitCode::wrong_input) << "no model";
}

TEST_F(CliCheck, RunsCasesAgainstTheTableTheyName) {
    const std::string table = file_with(good_table);
    const std::string head = "config: " + table.substr(table.rfind('/') + 1) + "\ncases:\n";
    const std::string one = "- {name: n, request: {model: gpt-4o}, expect: {first: gpt-4o-east}}\n";
    const std::string two = "- {name: o, request: {model: gpt-4o}, expect: {error: no}}\n";
    const std::string good = file_with(head + one);
    const std::string bad = file_with(head + one + two);

    EXPECT_EQ(run({"test", good}).out, good + ": ok (1 case)\n");
    const Ran ran = run({"test", good, bad});
    EXPECT_EQ(ran.code, ExitCode::wrong_input);
    EXPECT_NE(ran.err.find(bad +
                           ":4:55: error: cases[1].expect.error: \"o\": `gpt-4o-east` serves"),
              std::string::npos)
        << ran.err;
    EXPECT_FALSE(nlohmann::json::parse(run({"test", "--json", bad}).out)[0]["passed"]);
    EXPECT_EQ(run({"test", file_with(one)}).code, ExitCode::wrong_input);
}

/// Answers one request with the bytes it is given.
class OneAnswer {
public:
    explicit OneAnswer(std::string answer)
        : acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}),
          thread_([this, answer = std::move(answer)] {
              auto socket = acceptor_.accept();
              boost::asio::read_until(socket, boost::asio::dynamic_buffer(request), "\r\n\r\n");
              boost::asio::write(socket, boost::asio::buffer(answer));
          }) {}
    ~OneAnswer() { wait(); }
    OneAnswer(const OneAnswer&) = delete;
    OneAnswer& operator=(const OneAnswer&) = delete;

    [[nodiscard]] std::string address() const {
        return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }
    void wait() {
        if (thread_.joinable()) { thread_.join(); }
    }
    std::string request;

private:
    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::thread thread_;
};

using CliImport = CliCheck;

TEST_F(CliImport, SaysWhereTheInputIsWrongAndWritesNoTable) {
    struct Case {
        std::string kind;
        std::string text;
        std::string words;
    };
    const std::vector<Case> cases = {
        {"azure", "[{]", ":1:3: error: not valid JSON"},
        {"azure", "[]", "nothing in the input that a route could lead to"},
        {"litellm", "a: [", "error: not valid YAML"},
        {"litellm", "model_list: []", "nothing in the input that a route could lead to"},
        {"litellm", "model_list: [{model_name: m, litellm_params: {model: x/y}}]",
         ":1:14: not imported: model_list[0]: the provider `x` is not served"},
        {"litellm", "general_settings: {master_key: s3cret, master_key: s3cret}", "twice"},
    };
    for (const Case& test : cases) {
        const std::string path = file_with(test.text);
        const Ran ran = run({"import", test.kind, path});
        EXPECT_EQ(ran.code, ExitCode::wrong_input) << test.text;
        EXPECT_EQ(ran.out, "");
        EXPECT_NE(ran.err.find(test.words), std::string::npos) << ran.err;
        EXPECT_EQ(ran.err.find("s3cret"), std::string::npos) << ran.err;
    }
    for (const char* kind : {"azure", "litellm"}) {
        EXPECT_NE(run({"import", kind, "/no/such/file"}).err.find("cannot be read"),
                  std::string::npos);
    }
}

TEST(CliHealth, IsFineOnlyWithA200) {
    OneAnswer ok("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n");
    const Ran good = run({"health", "--admin", ok.address()});
    EXPECT_EQ(good.code, ExitCode::fine);
    EXPECT_EQ(good.out, "ok\n");
    ok.wait();
    EXPECT_TRUE(ok.request.starts_with("GET /livez HTTP/1.1\r\n"));

    OneAnswer unready("HTTP/1.1 503 Service Unavailable\r\n\r\n[-]accepting no: draining\n");
    const Ran bad = run({"health", "--ready", "--admin", unready.address()});
    EXPECT_EQ(bad.code, ExitCode::wrong_input);
    EXPECT_EQ(bad.out, "[-]accepting no: draining\n");
    unready.wait();
    EXPECT_TRUE(unready.request.starts_with("GET /readyz HTTP/1.1\r\n"));
}

TEST(CliHealth, SaysWhenNobodyAnswers) {
    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor unused(io, {boost::asio::ip::address_v4::loopback(), 0});
    const std::string address = "127.0.0.1:" + std::to_string(unused.local_endpoint().port());
    unused.close();

    const Ran ran = run({"health", "--admin", address});

    EXPECT_EQ(ran.code, ExitCode::wrong_input);
    EXPECT_EQ(ran.err, "spillway health: no answer from " + address + "\n");
}

}  // namespace
}  // namespace spillway
