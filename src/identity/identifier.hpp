// Who sent a request: every credential it carries is checked, and one that is wrong refuses it,
// whatever the others say. Of several that are right the first counts, in this order:
// Authorization, the table's own header, api-key, x-api-key, ocp-apim-subscription-key, the query's
// api-key, the client certificate.
#pragma once

#include "identity/caller_directory.hpp"
#include "identity/caller_key.hpp"
#include "spillway/denial.hpp"
#include "wire/caller_credentials.hpp"

#include <string_view>
#include <variant>

namespace spillway {

/// What a request shows.
struct Shown {
    const CallerCredentials& credentials;
    std::string_view certificate{};  ///< subject of the verified one; empty: none
};

/// One worker's; keeps what is costly to make anew.
class Identifier {
public:
    [[nodiscard]] std::variant<Identity, Denial> identify(const CallerDirectory& directory,
                                                          const Shown& shown);

private:
    using Answer = std::variant<Identity, Denial>;

    [[nodiscard]] Answer check(const CallerDirectory& directory,
                               const CallerCredential& credential);
    [[nodiscard]] Answer check_key(const CallerDirectory& directory, std::string_view key);

    Sha256 sha_;
};

}  // namespace spillway
