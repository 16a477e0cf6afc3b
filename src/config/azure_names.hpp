// Tenants, client ids, authorities and scopes, as they may stand in a table or in the environment:
// all of them end up in a URL or a form, so what cannot be one is refused here.
#pragma once

#include "config/amount.hpp"

#include <string>
#include <string_view>

namespace spillway {

struct AzureName {
    std::string_view words;    ///< for "has to be ..."
    std::string_view pattern;  ///< ECMA 262, without anchors
    Parsed<std::string> (*parse)(std::string_view text);
};

extern const AzureName azure_id;         ///< a GUID, in lower case
extern const AzureName azure_tenant;     ///< a GUID or a domain
extern const AzureName azure_authority;  ///< https://host[:port], without a slash behind it
extern const AzureName azure_scope;      ///< ends with `/.default`

}  // namespace spillway
