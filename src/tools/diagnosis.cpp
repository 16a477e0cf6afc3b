#include "tools/diagnosis.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace spillway {

namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

std::string_view name(Condition condition) noexcept {
    switch (condition) {
        case Condition::ok: return "ok";
        case Condition::warn: return "warn";
        case Condition::fail: break;
    }
    return "fail";
}

std::string diagnoses_text(std::span<const Diagnosis> all) {
    constexpr std::size_t column = 6;
    std::string text;
    for (const Diagnosis& one : all) {
        std::string line(name(one.condition));
        line.resize(column, ' ');
        line += one.check + (one.subject.empty() ? "" : " " + one.subject) + ": " + one.seen + "\n";
        if (!one.remedy.empty()) { line += std::string(column, ' ') + "-> " + one.remedy + "\n"; }
        text += line;
    }
    return text;
}

std::string diagnoses_json(const std::string& file, std::span<const Diagnosis> all) {
    Json checks = Json::array();
    for (const Diagnosis& one : all) {
        checks.push_back({{"check", one.check},
                          {"subject", text_or_null(one.subject)},
                          {"condition", name(one.condition)},
                          {"seen", one.seen},
                          {"remedy", text_or_null(one.remedy)}});
    }
    const Json document{
        {"file", file}, {"healthy", worst(all) != Condition::fail}, {"checks", std::move(checks)}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Condition worst(std::span<const Diagnosis> all) noexcept {
    const auto worse = std::ranges::max_element(all, {}, &Diagnosis::condition);
    return worse == all.end() ? Condition::ok : worse->condition;
}

}  // namespace spillway
