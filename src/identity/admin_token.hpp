// Who operators are: whoever shows the admin listener's token. As a Bearer token, or as the
// password of a browser's own dialogue (Basic, any user name). Compared in constant time; nothing
// here says how much of a guess was right.
#pragma once

#include "spillway/config/secret.hpp"

#include <string_view>

namespace spillway {

class AdminToken {
public:
    explicit AdminToken(SecretSource source);

    /// False: nobody is asked for one.
    [[nodiscard]] bool is_wanted() const noexcept {
        return source_.kind != SecretSource::Kind::none;
    }
    /// `authorization`: value of the field as it came. A file is read anew each time, so a rotated
    /// token counts at once; one that cannot be read admits nobody.
    [[nodiscard]] bool is_shown_by(std::string_view authorization) const;

private:
    SecretSource source_;
};

}  // namespace spillway
