#include "tools/subject.hpp"

#include "config/suggest.hpp"
#include "wire/api_path.hpp"

#include <array>
#include <utility>
#include <variant>
#include <vector>

namespace spillway {

namespace {

constexpr std::array inference_operations = {Operation::chat_completions, Operation::completions,
                                             Operation::embeddings, Operation::responses};

/// Empty when the question makes sense.
std::string contradiction(const Question& question) {
    const bool tokens = question.estimated_tokens || question.prompt_tokens || question.max_tokens;
    if (question.body && (!question.model.empty() || tokens)) {
        return "The body already says the model and the tokens; give one or the other.";
    }
    if (question.estimated_tokens && (question.prompt_tokens || question.max_tokens)) {
        return "`estimated_tokens` already counts prompt and answer; give one or the other.";
    }
    if (!question.path.empty() && !question.operation.empty()) {
        return "The path already says the operation; give one or the other.";
    }
    return {};
}

/// Empty when there is such an operation (or the default is wanted).
std::string read_operation(const std::string& word, Subject& subject) {
    if (word.empty()) { return {}; }
    std::vector<std::string> known;
    for (const Operation operation : inference_operations) {
        if (word == name(operation)) {
            subject.operation = operation;
            return {};
        }
        known.emplace_back(name(operation));
    }
    return "There is no operation `" + word.substr(0, 64) + "`; use " + listed(known) + ".";
}

std::string read_path(const std::string& target, Subject& subject) {
    if (target.empty()) { return {}; }
    auto parsed = parse_api_path(Method::post, target, Upgrade::none);
    if (const auto* error = std::get_if<PathError>(&parsed)) {
        subject.refused = error_reply(*error);
        return {};
    }
    const auto& path = std::get<ApiPath>(parsed);
    if (!is_inference(path.operation)) { return "The gateway answers this path itself."; }
    subject.operation = path.operation;
    subject.model = path.deployment;
    subject.api_version = path.api_version;
    return {};
}

void read_body(std::string body, Subject& subject) {
    const std::size_t size = body.size();
    body.append(body_padding, '\0');
    Inspector inspector;
    auto seen = inspector.inspect(std::string_view(body).substr(0, size), subject.operation);
    if (const auto* error = std::get_if<BodyError>(&seen)) {
        subject.refused = ErrorReply{.status = 400,
                                     .type = "invalid_request_error",
                                     .code = error->code,
                                     .param = error->param,
                                     .message = error->message};
        return;
    }
    subject.seen = std::get<Inspection>(std::move(seen));
}

void read_facts(const Question& question, Subject& subject) {
    subject.seen.model = question.model;
    subject.seen.prompt = question.prompt_tokens.value_or(0);
    subject.seen.output_bound = question.max_tokens;
    if (question.estimated_tokens) {
        subject.seen.prompt = *question.estimated_tokens;
        subject.seen.output_bound = 0;
    }
}

}  // namespace

boost::system::result<Subject, std::string> subject_of(const Question& question) {
    Subject subject;
    std::string trouble = contradiction(question);
    if (trouble.empty()) { trouble = read_operation(question.operation, subject); }
    if (trouble.empty()) { trouble = read_path(question.path, subject); }
    if (!trouble.empty()) { return trouble; }
    if (subject.refused) { return subject; }
    if (question.body) {
        read_body(*question.body, subject);
    } else {
        read_facts(question, subject);
    }
    // The path's deployment wins over the body's `model`, as at Azure (azure-protocol.md §1.2).
    if (subject.model.empty()) { subject.model = subject.seen.model; }
    if (subject.model.empty() && !question.body) {
        return std::string("Say for which model: a route's name or alias.");
    }
    return subject;
}

}  // namespace spillway
