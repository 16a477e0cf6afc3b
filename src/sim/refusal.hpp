// Every way in which the service says no: the bodies of azure-protocol §5.2 and the forms of 429 of
// §3.5, each by a name that configuration and faults can use. Separate because these texts are
// facts about Azure, not behaviour of ours.
#pragma once

#include <string>

#include "sim/reply.hpp"
#include "sim/target.hpp"

namespace spillway_sim {

/// How a 429 tells when to come back (azure-protocol §3.5).
enum class Hint {
    both,      ///< retry-after-ms and retry-after
    ms,        ///< retry-after-ms alone
    ms_azure,  ///< x-ms-retry-after-ms alone
    seconds,   ///< retry-after alone
    date,      ///< retry-after as an HTTP date
    reset,     ///< x-rate-limit-reset-tokens (2023 spelling), no retry-after
    none,
};

/// What a body may mention.
struct RefusalContext {
    std::string operation;
    std::string api_version;
    std::string model;
    std::string deployment;
    std::string region;
    long long retry_after_s = 0;
};

/// The answer for `status` in the named form; an empty form is the usual one of that status.
/// Unknown forms throw InputError, so call `check_form` where the name comes in.
[[nodiscard]] Reply refuse(unsigned status, const std::string& form, const RefusalContext& context);

/// Throws InputError naming the known forms if `form` is not one of them. Empty is allowed.
void check_form(const std::string& form);

/// Throws InputError on an unknown name.
[[nodiscard]] Hint read_hint(const std::string& name);

/// Adds the fields which `hint` stands for.
void add_hint(Headers& headers, Hint hint, long long milliseconds);

/// A 400 in OpenAI's shape; empty param or code become null.
[[nodiscard]] Reply bad_request(const std::string& message, const std::string& param,
                                const std::string& code);

}  // namespace spillway_sim
