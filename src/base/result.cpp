// The names of stages, causes and outcomes, spelt once: metric labels and log words are a contract
// with dashboards.
#include "spillway/result.hpp"

namespace spillway {

std::string_view name(Stage stage) noexcept {
    switch (stage) {
        case Stage::resolve: return "resolve";
        case Stage::connect: return "connect";
        case Stage::tls: return "tls";
        case Stage::send: return "send";
        case Stage::head: return "head";
        case Stage::commit: return "commit";
        case Stage::stream: return "stream";
        case Stage::caller: return "caller";
    }
    return "unknown";
}

std::string_view name(Cause cause) noexcept {
    switch (cause) {
        case Cause::none: return "none";
        case Cause::refused: return "refused";
        case Cause::timeout: return "timeout";
        case Cause::deadline: return "deadline";
        case Cause::closed: return "closed";
        case Cause::reset: return "reset";
        case Cause::malformed: return "malformed";
        case Cause::too_large: return "too_large";
        case Cause::certificate: return "certificate";
        case Cause::cancelled: return "cancelled";
        case Cause::unavailable: return "unavailable";
    }
    return "unknown";
}

std::string_view name(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::ok: return "ok";
        case Outcome::client_error: return "client_error";
        case Outcome::upstream_error: return "upstream_error";
        case Outcome::exhausted: return "exhausted";
        case Outcome::shed: return "shed";
        case Outcome::aborted: return "aborted";
        case Outcome::timeout: return "timeout";
    }
    return "unknown";
}

std::string describe(const Failure& failure) {
    std::string text(name(failure.stage));
    return text.append(" ").append(name(failure.cause));
}

}  // namespace spillway
