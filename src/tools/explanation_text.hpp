// An explanation for people. Written from the JSON, so that `spillway explain` reads the same
// whether a running gateway answered or the table alone did.
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace spillway {

/// `json`: what `explanation_json` wrote. The error says that it is no explanation.
[[nodiscard]] boost::system::result<std::string, std::string> explanation_text(std::string_view
                                                                                   json);

}  // namespace spillway
