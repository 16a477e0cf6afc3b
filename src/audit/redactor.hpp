// Takes out of a body what the table's rules name, before any of it is kept. Reads JSON as it is
// written in requests and answers, whole or cut: strings are looked at unescaped, and so is JSON
// that stands inside a string. What has nothing to hide keeps its very bytes.
#pragma once

#include "audit/audit_record.hpp"
#include "audit/private_data.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

class Redactor {
public:
    /// A body is looked at this much further than it is kept, so that what begins before the cut is
    /// recognised.
    static constexpr std::size_t beyond_cut = 256;
    /// JSON inside a string inside a string: deeper ones are read as text.
    static constexpr unsigned depth_max = 3;

    /// Words of `audit.redact`: names of kinds, and `key:NAME` for values of JSON members.
    explicit Redactor(const std::vector<std::string>& rules);

    /// At most `bytes` of the body; `cut`: it goes on behind what is given here.
    [[nodiscard]] KeptBody keep(std::string_view body, std::size_t bytes, bool cut = false) const;

private:
    class Pass;
    [[nodiscard]] bool hides_key(std::string_view name) const;

    PrivateKinds kinds_;
    std::vector<std::string> keys_;  // lower case
};

}  // namespace spillway
