#include "tools/routing_cases.hpp"

#include "config/shapes.hpp"
#include "config/table_loader.hpp"
#include "config/yaml_reader.hpp"

#include <utility>

namespace spillway {

namespace {

Shape name_into(std::vector<std::string>& names) {
    return parsed("a name", std::string(pattern_for(NameRule::model)),
                  [&names](std::string_view written) -> std::optional<Complaint> {
                      if (!is_name(written, NameRule::model)) {
                          return refuse_name(written, NameRule::model);
                      }
                      names.emplace_back(written);
                      return std::nullopt;
                  });
}

/// One name, or a list of them.
Shape names_into(std::vector<std::string>& names) {
    Shape shape = name_into(names);
    shape.item = [&names] { return name_into(names); };
    return shape;
}

Shape groups_into(std::vector<std::vector<std::string>>& groups) {
    return list_of([&groups] { return names_into(groups.emplace_back()); });
}

Shape tokens_into(std::optional<Tokens>& tokens) {
    return amount(Unit::count, {0, question_tokens_max}, 0,
                  [&tokens](std::int64_t value) { tokens = value; });
}

std::vector<Row> request_rows(Question& question) {
    return {
        {"model", "The model callers ask for", text(question.model, "a model's name")},
        {"operation", "chat/completions, embeddings ...", text(question.operation, "a word")},
        {"path", "Path of the request, with its query", text(question.path, "a path")},
        {"estimated_tokens", "Tokens of prompt and answer", tokens_into(question.estimated_tokens)},
        {"prompt_tokens", "Tokens of the prompt", tokens_into(question.prompt_tokens)},
        {"max_tokens", "The caller's bound on the answer", tokens_into(question.max_tokens)},
    };
}

std::vector<Row> suppose_rows(Supposed& supposed) {
    return {
        {"down", "Deployments, or resources, that are broken", names_into(supposed.down)},
        {"throttled", "... that told us to wait", names_into(supposed.throttled)},
        {"full", "... whose limits are used up", names_into(supposed.full)},
    };
}

std::vector<Row> expect_rows(Expectation& expected) {
    return {
        {"route", "The route that serves it", text(expected.route, "a route's name")},
        {"first", "Who may come first", names_into(expected.first)},
        {"order", "Everybody who is tried, in order", groups_into(expected.order)},
        {"never", "Who must not be tried", names_into(expected.never)},
        {"error", "The refusal's code", text(expected.error, "a code")},
    };
}

std::vector<Row> case_rows(RoutingCase& one) {
    constexpr auto required = Row::Presence::required;
    return {
        {"name", "What the case shows", text(one.name, "a sentence"), required},
        {"request", "What is asked for", map_of([&one] { return request_rows(one.question); }),
         required},
        {"suppose", "States to assume; everything is healthy and unused otherwise",
         map_of([&one] { return suppose_rows(one.question.supposed); })},
        {"expect", "What has to come out", map_of([&one] { return expect_rows(one.expected); }),
         required},
    };
}

bool expects_nothing(const Expectation& expected) {
    return expected.route.empty() && expected.first.empty() && expected.order.empty() &&
           expected.never.empty() && expected.error.empty();
}

}  // namespace

std::optional<RoutingCases> read_routing_cases(std::string_view yaml, Issues& issues) {
    const std::optional<YamlNode> root = read_yaml(yaml, issues);
    if (!root) { return std::nullopt; }
    if (root->kind != YamlNode::Kind::map) {
        issues.error({1, 1, {}}, "a file of routing cases is a map of keys", "start with `cases:`");
        return std::nullopt;
    }
    RoutingCases read;
    const Shape cases = list_of([&read] {
        return map_of([&one = read.cases.emplace_back()] { return case_rows(one); });
    });
    load_rows(*root,
              {{"config", "Routing table, relative to this file", text(read.config, "a path")},
               {"cases", "The cases", cases, Row::Presence::required}},
              issues);
    if (issues.has_errors()) { return std::nullopt; }
    const std::vector<YamlNode>& nodes = root->find("cases")->items;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        read.cases[i].node = nodes[i];
        if (expects_nothing(read.cases[i].expected)) {
            issues.error(nearest(nodes[i], {"expect"}).place, "expects nothing, so it cannot fail",
                         "say `first`, `order`, `never`, `route` or `error`");
        }
    }
    if (issues.has_errors()) { return std::nullopt; }
    return read;
}

}  // namespace spillway
