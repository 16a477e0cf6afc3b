// Whatever bytes callers and upstreams put into a request, its access-log line is one valid JSON
// line of at most 8 KiB.

#include "telemetry/access_log.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    spillway::AccessRecord record;
    for (std::string_view* field :
         {&record.request_id, &record.upstream_request_id, &record.peer, &record.method,
          &record.target, &record.user_agent, &record.route, &record.detail, &record.skipped}) {
        *field = text;
    }
    record.attempts.assign(spillway::AccessRecord::attempts_max,
                           {text, 200, spillway::Reason::none, {}, false, true});

    std::string line;
    spillway::append_access_line(line, record);

    const bool one_line = line.find('\n') == line.size() - 1;
    if (!one_line || line.size() > spillway::access_line_bytes_max) { std::abort(); }
    if (!nlohmann::json::accept(line)) { std::abort(); }
    return 0;
}
