// Whatever the lines of a file say, a report about them is made or a reason is given, and its JSON
// is JSON.
#include "tools/usage_report.hpp"
#include "tools/usage_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace spillway;
    UsageReport report({std::nullopt, std::nullopt, {"caller", "model", "tag:team"}});
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        if (report.add(rest.substr(0, end))) { break; }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    (void)report.end_of_file();
    (void)usage_csv(report);
    (void)usage_table(report);
    if (!nlohmann::json::accept(usage_json(report))) { std::abort(); }
    return 0;
}
