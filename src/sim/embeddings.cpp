#include "sim/embeddings.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include <openssl/evp.h>

namespace spillway_sim {

namespace {

static_assert(std::endian::native == std::endian::little, "base64 vectors are little-endian");

std::size_t width_of(const Prompt& prompt, const std::string& model) {
    const std::size_t usual = model == "text-embedding-3-large" ? 3072 : 1536;
    return prompt.body.value("dimensions", usual);
}

std::vector<float> make_vector(const std::string& input, std::size_t width) {
    std::mt19937_64 random(fingerprint(input, 0));
    std::vector<float> vector(width);
    double square = 0;
    for (float& component : vector) {
        component = static_cast<float>(random() % 2001) / 1000.0F - 1.0F;
        square += static_cast<double>(component) * static_cast<double>(component);
    }
    for (float& component : vector) {
        component = static_cast<float>(static_cast<double>(component) / std::sqrt(square));
    }
    return vector;
}

std::string base64(const std::vector<float>& vector) {
    const std::size_t bytes = vector.size() * sizeof(float);
    // Four letters for three bytes, and the zero that EVP_EncodeBlock appends.
    std::string text((bytes + 2) / 3 * 4 + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                       reinterpret_cast<const unsigned char*>(vector.data()),
                                       static_cast<int>(bytes));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

/// A list of tokens is one input; a list of texts or of token lists is several.
std::vector<std::string> inputs_of(const Json& input) {
    const bool is_single = !input.is_array() || (!input.empty() && input.front().is_number());
    if (is_single) { return {input.dump()}; }
    std::vector<std::string> inputs;
    for (const Json& one : input) { inputs.push_back(one.dump()); }
    return inputs;
}

}  // namespace

Json embeddings_document(const Prompt& prompt, const std::string& model) {
    const bool is_base64 = prompt.body.value("encoding_format", "float") == "base64";
    const std::size_t width = width_of(prompt, model);
    Json data = Json::array();
    for (const std::string& input : inputs_of(prompt.body.at("input"))) {
        const std::vector<float> vector = make_vector(input, width);
        data.push_back({{"object", "embedding"},
                        {"index", data.size()},
                        {"embedding", is_base64 ? Json(base64(vector)) : Json(vector)}});
    }
    const std::int64_t tokens = prompt_tokens(prompt);
    return {{"object", "list"},
            {"data", std::move(data)},
            {"model", model},
            {"usage", {{"prompt_tokens", tokens}, {"total_tokens", tokens}}}};
}

}  // namespace spillway_sim
