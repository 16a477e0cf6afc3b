#include "app/reload_action.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace spillway {

AdminAction reload_action(std::function<Reload()> reread) {
    const auto act = [reread = std::move(reread)](const AdminCall& /*call*/) -> AdminReply {
        const Reload done = reread();
        if (!done.error.empty()) { return admin_error(422, "config_refused", done.error); }
        const nlohmann::ordered_json document = {{"changes", done.changes}};
        return {200, "application/json", document.dump(2) + "\n"};
    };
    return {"/reload", act};
}

}  // namespace spillway
