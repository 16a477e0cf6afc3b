#include "app/cli.hpp"

#include "app/admin_client.hpp"
#include "app/audit_command.hpp"
#include "app/check_command.hpp"
#include "app/doctor_command.hpp"
#include "app/explain_command.hpp"
#include "app/health_command.hpp"
#include "app/import_command.hpp"
#include "app/init_command.hpp"
#include "app/keys_command.hpp"
#include "app/serve_command.hpp"
#include "app/test_command.hpp"
#include "app/usage_command.hpp"
#include "config/suggest.hpp"
#include "spillway/config_load.hpp"
#include "telemetry/build_info.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <ostream>
#include <string>

namespace spillway {

namespace {

constexpr const char* overview = R"(
Examples:
  spillway init                          write a first routing table
  spillway check routes.yaml             find every mistake in a routing table
  spillway serve --config routes.yaml    run the gateway until SIGTERM
  spillway explain --config routes.yaml --model gpt-4o
                                         where a request would go, and why
  spillway test cases.yaml               test a routing table with cases of your own
  spillway doctor --config routes.yaml   find out why a gateway would not work here
  spillway audit verify audit.jsonl*     was an audit stream altered?
  spillway usage --from 2026-11-01 audit.jsonl*
                                         who used what, and what it cost
  spillway keys new                      make a key for a caller
  spillway health                        ask a running gateway whether it is alive

Exit codes: 0 fine, 1 the input is wrong or the gateway is not healthy, 2 wrong usage.)";

const std::map<std::string, UsageFormat> usage_formats = {
    {"text", UsageFormat::text}, {"csv", UsageFormat::csv}, {"json", UsageFormat::json}};

/// The commands of this build; each stores what was asked for and sets `action` when it was chosen.
class CommandLine {
public:
    explicit CommandLine(Terminal terminal) : terminal_(terminal) {
        app_.footer(overview);
        app_.require_subcommand(1);
        add_serve();
        add_check();
        add_doctor();
        add_explain();
        add_test();
        add_import();
        add_init();
        add_audit();
        add_usage();
        add_keys();
        add_schema();
        add_health();
        add_version();
    }

    ExitCode run(const std::vector<std::string>& arguments) {
        if (const std::string trouble = unknown_command(arguments); !trouble.empty()) {
            terminal_.err << trouble;
            return ExitCode::usage;
        }
        try {
            // CLI11 takes them last first.
            app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
        } catch (const CLI::ParseError& error) {
            const int code = app_.exit(error, terminal_.out, terminal_.err);
            return code == 0 ? ExitCode::fine : ExitCode::usage;
        }
        return action_();
    }

private:
    /// CLI11 would say "The following argument was not expected".
    std::string unknown_command(const std::vector<std::string>& arguments) {
        if (arguments.empty() || arguments.front().starts_with('-')) { return {}; }
        std::vector<std::string> known;
        for (const CLI::App* command : app_.get_subcommands({})) {
            known.push_back(command->get_name());
        }
        const std::string& word = arguments.front();
        if (std::ranges::find(known, word) != known.end()) { return {}; }
        const std::string suggestion = did_you_mean(word, known);
        return "spillway: there is no command `" + word + "`" +
               (suggestion.empty() ? "" : "; " + suggestion) + "\nTry `spillway --help`.\n";
    }

    void add_serve() {
        CLI::App* const command = app_.add_subcommand("serve", "Run the gateway");
        command->add_option("--config,-c", path_, "Routing table (YAML)")->required();
        command->footer(
            "\nSIGTERM or SIGINT drains and ends; a second one ends at once. SIGHUP reads the\n"
            "table again, as does a change of the file; SIGUSR1 reopens the logs.\n"
            "\nExample:\n"
            "  spillway serve --config /etc/spillway/routes.yaml");
        command->callback([this] { action_ = [this] { return serve(path_, terminal_); }; });
    }

    void add_check() {
        CLI::App* const command = app_.add_subcommand("check", "Find mistakes in routing tables");
        command->add_option("FILE", paths_, "Routing tables (YAML)")->required();
        command->add_flag("--json", as_json_, "Findings as JSON on stdout");
        command->footer(
            "\nExamples:\n  spillway check routes.yaml\n"
            "  spillway check --json conf/*.yaml | jq '.[].issues'");
        command->callback([this] {
            action_ = [this] {
                return check(paths_, as_json_ ? CheckFormat::json : CheckFormat::text, terminal_);
            };
        });
    }

    void add_doctor() {
        CLI::App* const command = app_.add_subcommand("doctor",
                                                      "Find out why a gateway would not work here");
        command->add_option("--config,-c", path_, "Routing table (YAML)")->required();
        command->add_flag("--json", as_json_, "Findings as JSON on stdout");
        command->footer(
            "\nLooks at the table, the machine and every resource: name, connection, certificate,\n"
            "URL, key. Costs nothing: resources are only asked for their list of models. Run it "
            "as\n"
            "the service's user. Exit code 1 when something fails.\n"
            "\nExample:\n"
            "  sudo -u spillway spillway doctor --config /etc/spillway/spillway.yaml");
        command->callback([this] {
            action_ = [this] {
                return doctor(path_, as_json_ ? DoctorFormat::json : DoctorFormat::text, terminal_);
            };
        });
    }

    void add_explain() {
        CLI::App* const command = app_.add_subcommand("explain",
                                                      "Say where a request would go, and why");
        CLI::Option_group* const state = command->add_option_group("State");
        state->add_option("--config,-c", order_.config,
                          "Routing table; everything healthy, nothing used up");
        state->add_option("--admin", order_.admin, "Admin listener of a running gateway");
        state->require_option(1);
        add_token_file(*command, order_.pass);
        add_question(*command);
        command->add_flag("--json", as_json_, "The answer as JSON");
        command->footer(
            "\nExamples:\n  spillway explain --config routes.yaml --model gpt-4o --down east\n"
            "  spillway explain --admin 127.0.0.1:9091 --path /v1/chat/completions "
            "--request body.json\n\nExit code 1 when no deployment would serve the request.");
        command->callback([this] {
            action_ = [this] {
                order_.format = as_json_ ? ExplainFormat::json : ExplainFormat::text;
                return explain(order_, terminal_);
            };
        });
    }

    static void add_token_file(CLI::App& command, AdminPass& pass) {
        command
            .add_option("--token-file", pass.token_file,
                        "File with the admin listener's token, instead of $SPILLWAY_ADMIN_TOKEN");
    }

    void add_question(CLI::App& command) {
        Question& question = order_.question;
        CLI::App* const request = command.add_option_group("Request");
        request->add_option("--model,-m", question.model, "The model callers ask for");
        request->add_option("--operation", question.operation, "chat/completions, embeddings ...");
        request->add_option("--path", question.path, "Path of the request, with its query");
        request->add_option("--request", order_.body_path, "File with the request's body (JSON)");
        request->add_option("--tokens", question.estimated_tokens, "Tokens, prompt and answer");
        request->add_option("--prompt-tokens", question.prompt_tokens, "Tokens of the prompt");
        request->add_option("--max-tokens", question.max_tokens,
                            "The caller's bound on the answer");
        CLI::App* const supposed = command.add_option_group("Suppose");
        supposed->add_option("--down", question.supposed.down,
                             "Deployments, or resources, that are broken");
        supposed->add_option("--throttled", question.supposed.throttled,
                             "... that told us to wait");
        supposed->add_option("--full", question.supposed.full, "... whose limits are used up");
    }

    void add_test() {
        CLI::App* const
            command = app_.add_subcommand("test", "Test a routing table with cases of your own");
        command->add_option("FILE", paths_, "Files of cases (YAML)")->required();
        command->add_option("--config,-c", path_, "Routing table, instead of the files' own");
        command->add_flag("--json", as_json_, "Results as JSON on stdout");
        command->footer("\nExample:\n  spillway test routing-cases.yaml");
        command->callback([this] {
            action_ = [this] {
                return test_routing({paths_, path_, as_json_ ? TestFormat::json : TestFormat::text},
                                    terminal_);
            };
        });
    }

    void add_import() {
        CLI::App* const command = app_.add_subcommand("import",
                                                      "Make a routing table from what you have");
        command->require_subcommand(1);
        command->footer("\nThe table goes to stdout, what it cannot have to stderr.");
        add_import_azure(*command);
        add_import_litellm(*command);
    }

    void add_import_azure(CLI::App& above) {
        CLI::App* const command = above.add_subcommand("azure",
                                                       "From accounts and deployments of Azure");
        command->add_option("FILE", paths_, "What az has printed (JSON), in any order")->required();
        command->footer(
            "\nExample:\n"
            "  az cognitiveservices account list > accounts.json\n"
            "  az cognitiveservices account deployment list --name acme-eastus \\\n"
            "      --resource-group ai > deployments/acme-eastus.json\n"
            "  spillway import azure accounts.json deployments/*.json > spillway.yaml");
        command->callback([this] {
            action_ = [this] { return import_azure_files(paths_, terminal_); };
        });
    }

    void add_import_litellm(CLI::App& above) {
        CLI::App* const command = above.add_subcommand("litellm",
                                                       "From the configuration of a LiteLLM proxy");
        command->add_option("FILE", path_, "Its config.yaml")->required();
        command->footer("\nExample:\n  spillway import litellm config.yaml > spillway.yaml");
        command->callback([this] {
            action_ = [this] { return import_litellm_file(path_, terminal_); };
        });
    }

    void add_init() {
        CLI::App* const command = app_.add_subcommand("init", "Write a first routing table");
        command->add_option("FILE", place_, "The file, or the folder it goes to")
            ->capture_default_str();
        command->add_flag("--force", force_, "Overwrite the file if it is there already");
        command->footer("\nExamples:\n  spillway init\n  spillway init /etc/spillway/routes.yaml");
        command->callback([this] {
            action_ = [this] {
                return init(place_, force_ ? Overwrite::yes : Overwrite::no, terminal_);
            };
        });
    }

    void add_audit() {
        CLI::App* const above = app_.add_subcommand("audit", "Work with audit streams");
        above->require_subcommand(1);
        CLI::App* const command = above->add_subcommand("verify",
                                                        "Find lines that were altered or removed");
        command->add_option("FILE", audit_.files, "All files of a stream, in any order")
            ->required();
        command->add_option("--expect-last", audit_.last,
                            "Hash that the last line must have: shows a cut-off end");
        command->footer(
            "\nExit code 1 when a line is missing, altered or out of order.\n"
            "\nExample:\n  spillway audit verify /var/log/spillway/audit.jsonl*");
        command->callback([this] {
            action_ = [this] { return verify_audit_files(audit_, terminal_); };
        });
    }

    void add_usage() {
        CLI::App* const command = app_.add_subcommand("usage",
                                                      "Add up who used what, and what it cost");
        command->add_option("FILE", usage_.files, "All files of one or more audit streams")
            ->required();
        command->add_option("--from", usage_.from, "First day (UTC), such as 2026-11-01");
        command->add_option("--to", usage_.to, "Last day, included");
        command->add_option("--by", usage_.by, "What to group by beside the day")
            ->capture_default_str();
        command->add_option("--format", usage_format_, "For people, spreadsheets or programs")
            ->check(CLI::IsMember(usage_formats))
            ->capture_default_str();
        command->footer(
            "\nExample:\n"
            "  spillway usage --from 2026-11-01 --to 2026-11-30 --format csv \\\n"
            "      --by caller,cost_center,tag:team,model /var/log/spillway/audit.jsonl*");
        command->callback([this] {
            action_ = [this] {
                usage_.format = usage_formats.at(usage_format_);
                return report_usage(usage_, terminal_);
            };
        });
    }

    void add_keys() {
        CLI::App* const command = app_.add_subcommand("keys", "Make keys for callers");
        command->require_subcommand(1);
        command->footer(
            "\nExamples:\n  spillway keys new --id agents\n"
            "  spillway keys hash < old-key.txt");
        CLI::App* const fresh = command->add_subcommand("new", "Print a new key and its line");
        fresh->add_option("--id", key_id_, "Its id, which stands in the key and in logs");
        fresh->footer("\nExample:\n  spillway keys new --id agents");
        fresh->callback([this] { action_ = [this] { return new_key(key_id_, terminal_); }; });
        CLI::App* const hash = command->add_subcommand("hash", "Print the line of a key on stdin");
        hash->footer("\nExample:\n  spillway keys hash < old-key.txt");
        hash->callback([this] {
            action_ = [this] { return hash_existing_key(std::cin, terminal_); };
        });
    }

    void add_schema() {
        CLI::App* const command = app_.add_subcommand("schema",
                                                      "Print the JSON Schema of routing tables");
        command->footer("\nExample:\n  spillway schema > spillway.schema.json");
        command->callback([this] {
            action_ = [this] {
                terminal_.out << config_schema();
                return ExitCode::fine;
            };
        });
    }

    void add_health() {
        CLI::App* const command = app_.add_subcommand("health",
                                                      "Ask a running gateway whether it is alive");
        command->add_option("--admin", admin_, "Its admin listener")->capture_default_str();
        add_token_file(*command, pass_);
        command->add_flag("--ready", ask_ready_, "Ask whether it wants requests (/readyz)");
        command->footer(
            "\nExamples:\n  spillway health\n"
            "  HEALTHCHECK CMD [\"spillway\", \"health\"]    (in a Dockerfile)");
        command->callback([this] {
            action_ = [this] {
                return health(admin_, ask_ready_ ? "/readyz" : "/livez", pass_, terminal_);
            };
        });
    }

    void add_version() {
        CLI::App* const command = app_.add_subcommand("version", "Print the version");
        command->callback([this] {
            action_ = [this] {
                const BuildInfo build = build_info();
                terminal_.out << "spillway " << build.version << " (" << build.compiler << ")\n";
                return ExitCode::fine;
            };
        });
    }

    Terminal terminal_;
    CLI::App app_{"Failover gateway for Azure OpenAI and OpenAI traffic", "spillway"};
    std::function<ExitCode()> action_;
    std::string path_;
    std::vector<std::string> paths_;
    bool as_json_ = false;
    std::string admin_ = usual_admin;
    ExplainOrder order_;
    AuditOrder audit_;
    UsageOrder usage_;
    std::string usage_format_ = "text";
    AdminPass pass_;
    bool ask_ready_ = false;
    std::string place_ = "spillway.yaml";
    bool force_ = false;
    std::string key_id_;
};

}  // namespace

ExitCode run_cli(const std::vector<std::string>& arguments, Terminal terminal) {
    return CommandLine(terminal).run(arguments);
}

}  // namespace spillway
