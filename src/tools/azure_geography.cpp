#include "tools/azure_geography.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace spillway {

namespace {

struct Place {
    std::string_view start;  // of the names of its regions
    std::string_view geography;
};

// A region belongs to the first entry that its name begins with.
constexpr std::array<Place, 45> places = {{
    {"eastus", "us"},         {"centralus", "us"},
    {"northcentralus", "us"}, {"southcentralus", "us"},
    {"westcentralus", "us"},  {"westus", "us"},
    {"usgov", "usgov"},       {"usdod", "usgov"},
    {"china", "cn"},          {"northeurope", "eu"},
    {"westeurope", "eu"},     {"austria", "eu"},
    {"belgium", "eu"},        {"denmark", "eu"},
    {"finland", "eu"},        {"france", "eu"},
    {"germany", "eu"},        {"greece", "eu"},
    {"italy", "eu"},          {"poland", "eu"},
    {"spain", "eu"},          {"sweden", "eu"},
    {"norway", "no"},         {"switzerland", "ch"},
    {"uksouth", "uk"},        {"ukwest", "uk"},
    {"australia", "au"},      {"brazil", "br"},
    {"canada", "ca"},         {"chile", "cl"},
    {"centralindia", "in"},   {"southindia", "in"},
    {"westindia", "in"},      {"jioindia", "in"},
    {"japan", "jp"},          {"korea", "kr"},
    {"southeastasia", "sg"},  {"eastasia", "hk"},
    {"southafrica", "za"},    {"uae", "ae"},
    {"qatar", "qa"},          {"israel", "il"},
    {"mexico", "mx"},         {"newzealand", "nz"},
    {"indonesia", "id"},
}};

}  // namespace

std::string azure_region(std::string_view location) {
    std::string region;
    for (const char c : location) {
        if (c != ' ') { region += static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
    }
    return region;
}

std::string_view azure_geography(std::string_view region) {
    const auto found = std::ranges::find_if(places, [region](const Place& place) {
        return region.starts_with(place.start);
    });
    return found == places.end() ? std::string_view() : found->geography;
}

}  // namespace spillway
