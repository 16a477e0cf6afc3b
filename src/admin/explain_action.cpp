#include "admin/explain_action.hpp"

#include "tools/explain.hpp"
#include "tools/explanation_json.hpp"

#include <utility>

namespace spillway {

AdminAction explain_action(std::function<std::shared_ptr<const Fleet>()> snapshot) {
    return {"/explain", [snapshot = std::move(snapshot)](const AdminCall& call) {
                const auto question = read_question(call.body);
                if (!question) { return admin_error(400, "bad_question", question.error()); }
                const std::shared_ptr<const Fleet> fleet = snapshot();
                const auto explanation = explain(*fleet, *question, call.now);
                if (!explanation) { return admin_error(400, "bad_question", explanation.error()); }
                return AdminReply{200, "application/json", explanation_json(*explanation)};
            }};
}

}  // namespace spillway
