#include "wire/model_splice.hpp"

namespace spillway {

namespace {

std::string first_member(std::string_view model_json, std::string_view rest) {
    std::string member = "\"model\":";
    member.append(model_json);
    const std::size_t next = rest.find_first_not_of(" \t\r\n");
    const bool alone = next == rest.npos || rest[next] == '}';
    return alone ? member : member + ',';
}

}  // namespace

SplicedBody splice_model(std::string_view body, const Inspection& seen,
                         std::string_view model_json) {
    if (seen.model_length > 0) {
        return {body.substr(0, seen.model_offset), std::string(model_json),
                body.substr(seen.model_offset + seen.model_length)};
    }
    const std::size_t offset = body.find('{') + 1;
    const std::string_view rest = body.substr(offset);
    return {body.substr(0, offset), first_member(model_json, rest), rest};
}

}  // namespace spillway
