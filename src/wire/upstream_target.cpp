#include "wire/upstream_target.hpp"

#include "wire/octets.hpp"

namespace spillway {

namespace {

void append_encoded(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        if (octets::is(octets::unreserved, c)) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(digits[byte >> 4U]);
        out.push_back(digits[byte & 0x0FU]);
    }
}

}  // namespace

std::string upstream_target(UpstreamForm form, Operation operation, const UpstreamNames& names) {
    std::string target{names.base_path};
    switch (form) {
        case UpstreamForm::azure:
            target.append("/openai/");
            if (is_inference(operation) && operation != Operation::responses) {
                target.append("deployments/");
                append_encoded(target, names.deployment);
                target.push_back('/');
            }
            break;
        case UpstreamForm::azure_v1: target.append("/openai/v1/"); break;
        case UpstreamForm::openai: target.push_back('/'); break;
    }
    target.append(name(operation));
    if (form != UpstreamForm::openai && !names.api_version.empty()) {
        target.append("?api-version=");
        append_encoded(target, names.api_version);
    }
    return target;
}

}  // namespace spillway
