// Collects what is wrong with a routing table, so that every stage can go on after an error and the
// user sees all of them at once, in the order of the file.
#pragma once

#include "config/yaml_node.hpp"
#include "spillway/config_load.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spillway {

class Issues {
public:
    explicit Issues(TableUse use = TableUse::here) : use_(use) {}

    void error(const YamlPlace& place, std::string message, std::string suggestion = {});
    void warn(const YamlPlace& place, std::string message, std::string suggestion = {});

    /// Something that the table names is not on this machine: an error where it is going to be
    /// used, else a warning.
    void missing(const YamlPlace& place, std::string message);

    [[nodiscard]] bool has_errors() const;
    /// An error at the value `path` or inside it.
    [[nodiscard]] bool has_errors_below(std::string_view path) const;
    /// Everything found so far, by position; what stands at one position stays in order of finding.
    [[nodiscard]] std::vector<ConfigIssue> in_file_order() const;

private:
    TableUse use_;
    std::vector<ConfigIssue> found_;
};

}  // namespace spillway
