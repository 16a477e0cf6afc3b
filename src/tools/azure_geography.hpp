// Where Azure's regions are: the geography that data of a resource stays in, in the words of
// `residency`. Regions of the European Union are one geography, as Azure's EU data zone is.
#pragma once

#include <string>
#include <string_view>

namespace spillway {

/// `East US 2` as `eastus2`: az writes both.
[[nodiscard]] std::string azure_region(std::string_view location);

/// Of a region as azure_region writes it; empty when we do not know the region.
[[nodiscard]] std::string_view azure_geography(std::string_view region);

}  // namespace spillway
