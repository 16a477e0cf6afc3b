#include "sim/command_line.hpp"

#include <fstream>
#include <map>

#include "sim/fields.hpp"

namespace spillway_sim {

namespace {

/// Where an option goes and what its text becomes.
struct Option {
    enum class Place { process, resource } place;
    enum class Value { text, number, amount, flag, no_flag } value;
    const char* key;
};

using Place = Option::Place;
using Value = Option::Value;

const std::map<std::string, Option> options{
    {"--admin", {Place::process, Value::text, "admin"}},
    {"--seed", {Place::process, Value::number, "seed"}},
    {"--deterministic", {Place::process, Value::flag, "deterministic"}},
    {"--allow-header-faults", {Place::process, Value::flag, "header_faults"}},
    {"--no-header-faults", {Place::process, Value::no_flag, "header_faults"}},
    {"--listen", {Place::resource, Value::text, "listen"}},
    {"--kind", {Place::resource, Value::text, "kind"}},
    {"--key", {Place::resource, Value::text, "key"}},
    {"--region", {Place::resource, Value::text, "region"}},
    {"--first-token-ms", {Place::resource, Value::number, "first_token_ms"}},
    {"--token-ms", {Place::resource, Value::number, "token_ms"}},
    {"--tokens", {Place::resource, Value::amount, "tokens"}},
    {"--throttle-form", {Place::resource, Value::text, "throttle_form"}},
    {"--throttle-hint", {Place::resource, Value::text, "throttle_hint"}},
};

Json read_file(const std::string& name) {
    std::ifstream file(name);
    Json json = Json::parse(file, nullptr, false);
    if (json.is_discarded()) { throw InputError(name + ": not readable as JSON"); }
    return json;
}

/// NAME=MODEL[,tpm=100k][,rpm=600][,context=8k]
void add_deployment(Json& resource, const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) {
        throw InputError("--deployment " + text + ": expected NAME=MODEL[,tpm=N][,rpm=N]");
    }
    Json deployment = Json::object();
    std::string name = "model";
    std::size_t from = equals + 1;
    while (from <= text.size()) {
        const auto comma = std::min(text.find(',', from), text.size());
        const std::string part = text.substr(from, comma - from);
        const auto sign = part.find('=');
        if (sign == std::string::npos) {
            deployment[name] = part;
        } else {
            deployment[part.substr(0, sign)] = part.substr(sign + 1);
        }
        from = comma + 1;
    }
    resource["deployments"][text.substr(0, equals)] = std::move(deployment);
}

Json value_of(const Option& option, const std::string& name, const std::string& text) {
    if (option.value == Value::text) { return text; }
    return read_amount(text, name);
}

/// Reads the arguments one after the other.
class Reader {
public:
    explicit Reader(const std::vector<std::string>& arguments) : arguments_(arguments) {}

    Json read() {
        while (next_ < arguments_.size()) { read_one(arguments_[next_++]); }
        return std::move(json_);
    }

private:
    const std::string& value_after(const std::string& name) {
        if (next_ == arguments_.size()) { throw InputError(name + ": a value is missing"); }
        return arguments_[next_++];
    }

    Json& resource(const std::string& name) {
        if (resource_.empty()) { throw InputError(name + ": needs a --resource before it"); }
        return json_["resources"][resource_];
    }

    void read_one(const std::string& name) {
        if (name == "--config") {
            json_ = read_file(value_after(name));
        } else if (name == "--resource") {
            resource_ = value_after(name);
            json_["resources"][resource_];
        } else if (name == "--deployment") {
            add_deployment(resource(name), value_after(name));
        } else if (name == "--certificate" || name == "--certificate-key") {
            resource(name)["tls"]
                          [name == "--certificate" ? "certificate" : "key"] = value_after(name);
        } else {
            read_listed(name);
        }
    }

    void read_listed(const std::string& name) {
        const auto found = options.find(name);
        if (found == options.end()) { throw InputError(name + ": unknown option; see --help"); }
        const Option& option = found->second;
        Json& place = option.place == Place::process ? json_ : resource(name);
        if (option.value == Value::flag || option.value == Value::no_flag) {
            place[option.key] = option.value == Value::flag;
        } else {
            place[option.key] = value_of(option, name, value_after(name));
        }
    }

    const std::vector<std::string>& arguments_;
    std::size_t next_ = 0;
    Json json_ = Json::object();
    std::string resource_;
};

}  // namespace

Json read_command_line(const std::vector<std::string>& arguments) {
    return Reader(arguments).read();
}

std::string help_text() {
    return R"(spillway-sim: stands where Azure OpenAI would be, and fails on request.

usage: spillway-sim [--admin ADDRESS:PORT] [--deterministic] [--seed N] [--no-header-faults]
                    --resource NAME [options of this resource] [--resource NAME ...]
       spillway-sim --config FILE.json

options of a resource (after its --resource):
  --listen ADDRESS:PORT          port 0: any free port (default 127.0.0.1:0)
  --kind azure|openai            default azure: classic and v1 surface
  --key KEY                      what callers must present
  --region NAME                  for x-ms-region, e.g. eastus
  --deployment NAME=MODEL[,tpm=100k][,rpm=600][,context=8k]
  --certificate FILE --certificate-key FILE      TLS
  --first-token-ms N --token-ms N --tokens N     pace and usual length of answers
  --throttle-form NAME --throttle-hint NAME      how its 429 look (see src/sim/README.md)

When all listeners are up, one line of JSON on stdout says where they are.

example, two regions:
  spillway-sim --admin 127.0.0.1:9100 \
    --resource east --listen 127.0.0.1:9101 --key east-key --region eastus \
    --deployment gpt-4o-prod=gpt-4o,tpm=100k,rpm=600 \
    --deployment embed=text-embedding-3-small,tpm=200k \
    --resource west --listen 127.0.0.1:9102 --key west-key --region westus3 \
    --deployment gpt-4o-dr=gpt-4o,tpm=50k,rpm=300

the next request to east fails with 503, then east refuses connections for ten seconds:
  curl -d '{"resource":"east","count":1,"fault":{"status":503}}' 127.0.0.1:9100/faults
  curl -d '{"resource":"east","for_s":10,"fault":{"refuse":"all"}}' 127.0.0.1:9100/faults
  curl 127.0.0.1:9100/stats
)";
}

}  // namespace spillway_sim
