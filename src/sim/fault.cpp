#include "sim/fault.hpp"

#include <map>

#include "sim/fields.hpp"

namespace spillway_sim {

namespace {

template <class Enum>
Enum take_enum(Fields& fields, const char* name, Enum fallback,
               const std::map<std::string, Enum>& names) {
    const Json* value = fields.find(name);
    if (value == nullptr) { return fallback; }
    const auto found = value->is_string() ? names.find(value->get<std::string>()) : names.end();
    if (found != names.end()) { return found->second; }
    std::string known;
    for (const auto& [known_name, unused] : names) { known += ' ' + known_name; }
    throw InputError(fields.where() + "." + name + ": expected one of" + known);
}

std::optional<milliseconds> take_ms(Fields& fields, const char* name) {
    const Json* value = fields.find(name);
    if (value == nullptr) { return std::nullopt; }
    return milliseconds(fields.take<long long>(name, 0));
}

void read_status(Fields& fields, Fault& fault) {
    fault.status = fields.take("status", 0U);
    fault.form = fields.take<std::string>("form", "");
    check_form(fault.form);
    fault.retry_after_ms = fields.take("retry_after_ms", 1000LL * fields.take("retry_after", 0LL));
    if (fields.find("hint") != nullptr) {
        fault.hint = read_hint(fields.take<std::string>("hint", ""));
    } else if (fault.retry_after_ms != 0) {
        fault.hint = fields.find("retry_after_ms") != nullptr ? Hint::both : Hint::seconds;
    }
    const Json headers = fields.take("headers", Json::object());
    for (const auto& [name, value] : headers.items()) {
        fault.headers.emplace_back(name,
                                   value.is_string() ? value.get<std::string>() : value.dump());
    }
}

void read_time(Fields& fields, Fault& fault) {
    fault.hang = take_enum<Hang>(fields, "hang", Hang::none,
                                 {{"head", Hang::head}, {"stream", Hang::stream}});
    fault.hang_for = take_ms(fields, "hang_ms");
    fault.first_token = take_ms(fields, "first_token_ms");
    fault.token = take_ms(fields, "token_ms");
}

void read_end(Fields& fields, Fault& fault) {
    fault.cut = take_enum<Cut>(fields, "cut", Cut::none,
                               {{"before_head", Cut::before_head},
                                {"mid_head", Cut::mid_head},
                                {"mid_chunk_size", Cut::mid_chunk_size},
                                {"mid_data", Cut::mid_data},
                                {"mid_event", Cut::mid_event},
                                {"before_done", Cut::before_done},
                                {"after_bytes", Cut::after_bytes}});
    if (fields.find("framing") != nullptr) {
        fault.framing = take_enum<Framing>(fields, "framing", Framing::chunked,
                                           {{"chunked", Framing::chunked},
                                            {"length", Framing::length},
                                            {"close", Framing::close}});
    }
    fault.ending = take_enum<Ending>(fields, "ending", Ending::fin,
                                     {{"fin", Ending::fin},
                                      {"rst", Ending::rst},
                                      {"tls_no_close_notify", Ending::tls_no_close_notify},
                                      {"clean", Ending::clean},
                                      {"half_close", Ending::half_close}});
    fault.error_event = take_enum<ErrorEvent>(fields, "error_event", ErrorEvent::none,
                                              {{"rate_limit", ErrorEvent::rate_limit},
                                               {"server_error", ErrorEvent::server_error},
                                               {"overloaded", ErrorEvent::overloaded}});
    fault.after_bytes = fields.take<std::size_t>("after_bytes", 0);
    if (fields.find("after_events") != nullptr) {
        fault.after_events = fields.take<std::size_t>("after_events", 0);
    }
}

void read_bytes(Fields& fields, Fault& fault) {
    fault.split_bytes = fields.take<std::size_t>("split_bytes", 0);
    fault.event_bytes = fields.take<std::size_t>("event_bytes", 0);
    fault.line_end = take_enum<LineEnd>(fields, "line_end", LineEnd::lf,
                                        {{"lf", LineEnd::lf},
                                         {"cr", LineEnd::cr},
                                         {"crlf", LineEnd::crlf}});
    fault.has_comments = fields.take("comments", false);
    fault.has_bom = fields.take("bom", false);
    fault.is_gzip = fields.take("gzip", false);
    fault.trailing = fields.take<std::string>("trailing", "");
    fault.is_twice = fields.take("twice", false);
    fault.has_length_and_chunked = fields.take("length_and_chunked", false);
}

void read_connection(Fields& fields, Fault& fault) {
    fault.refuse = take_enum<Refuse>(fields, "refuse", Refuse::none,
                                     {{"new", Refuse::new_connections},
                                      {"all", Refuse::all_connections}});
    fault.is_reset_on_accept = fields.take("reset", false);
    fault.idle_close = take_ms(fields, "idle_close_ms");
}

}  // namespace

Fault read_fault(const Json& json, const std::string& where) {
    Fields fields(json, where);
    Fault fault;
    read_status(fields, fault);
    read_time(fields, fault);
    read_end(fields, fault);
    read_bytes(fields, fault);
    read_connection(fields, fault);
    fields.finish();
    return fault;
}

}  // namespace spillway_sim
