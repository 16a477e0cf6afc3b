// The committed schema is what editors load; it has to be the one the field table makes.
#include "config/fixed_keys.hpp"
#include "unit/config/table.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <string>

namespace spillway {
namespace {

TEST(Schema, IsTheCommittedOne) {
    const std::string committed = read_file(SPILLWAY_SOURCE_DIR "/config/spillway.schema.json");

    EXPECT_EQ(config_schema(), committed) << "write it anew: spillway schema > "
                                             "config/spillway.schema.json";
}

TEST(Schema, ShowsTheDefaultsOfTheStructs) {
    const auto schema = nlohmann::json::parse(config_schema());

    const auto& properties = schema["properties"];
    EXPECT_EQ(properties["admin"]["properties"]["listen"]["default"], "127.0.0.1:9091");
    EXPECT_EQ(properties["workers"]["default"], 0);
    EXPECT_EQ(properties["breaker"]["properties"]["open_base"]["default"], "5s");
    EXPECT_EQ(properties["limits"]["properties"]["body_bytes"]["default"], "32MiB");
}

/// Every schema of a value that a user fills in says what it is for.
void expect_descriptions(const nlohmann::json& schema, const std::string& path) {
    if (schema.contains("properties")) {
        for (const auto& [key, value] : schema["properties"].items()) {
            EXPECT_FALSE(value.value("description", "").empty()) << path << "." << key;
            expect_descriptions(value, path + "." + key);
        }
    }
    for (const char* inner : {"additionalProperties", "items"}) {
        if (schema.contains(inner) && schema[inner].is_object()) {
            expect_descriptions(schema[inner], path + ".*");
        }
    }
    if (schema.contains("anyOf")) {
        for (const auto& form : schema["anyOf"]) { expect_descriptions(form, path); }
    }
}

TEST(Schema, MarksEachFixedKey) {
    const std::string schema = config_schema();
    const std::string mark = "\"Needs a restart.\"";
    std::size_t marks = 0;
    for (std::size_t at = schema.find(mark); at != std::string::npos;
         at = schema.find(mark, at + 1)) {
        ++marks;
    }
    EXPECT_EQ(marks, fixed_keys.size());
    EXPECT_TRUE(is_fixed("admin.listen"));
    EXPECT_FALSE(is_fixed("admin"));
    EXPECT_FALSE(is_fixed("log.level"));
}

TEST(Schema, DescribesEveryKey) { expect_descriptions(nlohmann::json::parse(config_schema()), ""); }

}  // namespace
}  // namespace spillway
