// Who sent a request: every credential it carries is checked, and one that is wrong refuses it,
// whatever the others say. Of several that are right the first counts, in this order:
// Authorization, the table's own header, api-key, x-api-key, ocp-apim-subscription-key, the query's
// api-key, the client certificate. A token (JWT) may stand in Authorization only.
#pragma once

#include "identity/caller_directory.hpp"
#include "identity/caller_key.hpp"
#include "identity/token_check.hpp"
#include "spillway/denial.hpp"
#include "spillway/time.hpp"
#include "wire/caller_credentials.hpp"

#include <memory>
#include <string_view>
#include <variant>

namespace spillway {

/// What a request shows.
struct Shown {
    const CallerCredentials& credentials;
    std::string_view certificate{};  ///< subject of the verified one; empty: none
    WallTime at{};                   ///< for the validity of tokens
};

/// One worker's; keeps what is costly to make anew.
class Identifier {
public:
    using Directory = std::shared_ptr<const CallerDirectory>;

    [[nodiscard]] std::variant<Identity, Denial> identify(const Directory& directory,
                                                          const Shown& shown);

private:
    using Answer = std::variant<Identity, Denial>;

    [[nodiscard]] Answer check(const Directory& directory, const CallerCredential& credential,
                               WallTime at);
    [[nodiscard]] Answer check_key(const CallerDirectory& directory, std::string_view key);

    Sha256 sha_;
    TokenCheck tokens_;
};

}  // namespace spillway
