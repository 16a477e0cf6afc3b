// Whatever is sent to POST /explain is a question or a refusal in words; a question survives being
// asked again as we write it, and never yields tokens that a request could not have.
#include "tools/question.hpp"
#include "tools/subject.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool condition) {
    if (!condition) { std::abort(); }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace spillway;
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    const auto question = read_question(text);
    if (!question) {
        require(!question.error().empty() && question.error().size() < 400);
        return 0;
    }
    const auto again = read_question(to_json(*question));
    require(again.has_value() && *again == *question);
    const auto subject = subject_of(*question);
    if (!subject) {
        require(!subject.error().empty());
    } else if (!subject->refused) {
        require(subject->seen.estimate(subject->operation, 256) >= 0);
    }
    return 0;
}
