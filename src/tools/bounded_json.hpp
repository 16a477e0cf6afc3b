// JSON documents from the outside, small enough to be held as a tree. Deeper ones than wanted are
// refused while they are read: nlohmann destroys a tree by recursion.
#pragma once

#include <boost/system/result.hpp>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway {

struct JsonFault {
    enum class Kind : std::uint8_t { syntax, too_deep };

    Kind kind = Kind::syntax;
    std::size_t offset = 0;  ///< of the byte where reading stopped; 0 when that is not known
};

[[nodiscard]] boost::system::result<nlohmann::ordered_json, JsonFault> read_json(std::string_view
                                                                                     text,
                                                                                 int depth_max);

}  // namespace spillway
