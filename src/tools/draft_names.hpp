// Names for things that had other names elsewhere: valid in a routing table, each given once.
#pragma once

#include "config/row.hpp"

#include <set>
#include <string>
#include <string_view>

namespace spillway {

class DraftNames {
public:
    /// `separator` stands before the number of a name that has been given already.
    explicit DraftNames(NameRule rule, char separator = '-') : rule_(rule), separator_(separator) {}

    /// The name nearest to `wanted` that is valid and has not been given yet.
    [[nodiscard]] std::string take(std::string_view wanted);

private:
    NameRule rule_;
    char separator_;
    std::set<std::string> given_;
};

/// `wanted` with other characters replaced, and cut to the longest name there may be.
[[nodiscard]] std::string valid_name(std::string_view wanted, NameRule rule);

/// `prefix` and `name` as the name of an environment variable: AZURE_OPENAI_KEY_ACME_EASTUS.
[[nodiscard]] std::string variable_name(std::string_view prefix, std::string_view name);
/// The other way round: `azure-api-key` for AZURE_API_KEY.
[[nodiscard]] std::string name_after_variable(std::string_view variable);

}  // namespace spillway
