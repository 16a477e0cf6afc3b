#include "wire/framing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {
namespace {

using Kind = BodyFraming::Kind;
using State = BodyDecoder::State;

struct Read {
    std::string payload;
    std::size_t consumed = 0;
    State state = State::more;
    bool operator==(const Read&) const = default;
};

void PrintTo(const Read& read, std::ostream* out) {
    *out << '"' << read.payload << "\" consumed " << read.consumed << " state "
         << static_cast<int>(read.state);
}

/// Decodes `bytes` in pieces of `step`; each piece is a buffer of its own, so a read outside is
/// seen.
Read decode(const BodyFraming& framing, std::string_view bytes, std::size_t step) {
    BodyDecoder decoder{framing};
    Read read;
    read.state = decoder.at_end();
    for (std::size_t at = 0; at < bytes.size() && read.state == State::more; at += step) {
        const std::string_view source = bytes.substr(at, step);
        std::vector<char> piece(source.begin(), source.end());
        const auto got = decoder.decode(piece);
        read.payload += got.payload;
        read.consumed += got.consumed;
        read.state = got.state;
        EXPECT_TRUE(got.consumed == piece.size() || got.state != State::more);
    }
    return read;
}

const BodyFraming chunked{Kind::chunked};

struct Case {
    const char* name;
    std::string bytes;
    Read expected;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class ChunkedBody : public testing::TestWithParam<Case> {};

TEST_P(ChunkedBody, ReadsTheSameAtEverySplit) {
    const Case& row = GetParam();
    for (std::size_t step = 1; step <= row.bytes.size(); ++step) {
        EXPECT_EQ(decode(chunked, row.bytes, step), row.expected) << "step " << step;
    }
}

constexpr std::size_t all_but_next = 0;

Case good(const char* name, std::string bytes, std::string payload,
          std::size_t behind = all_but_next) {
    const std::size_t consumed = bytes.size() - behind;
    return {name, std::move(bytes), {std::move(payload), consumed, State::complete}};
}

Case bad(const char* name, std::string bytes, std::size_t consumed, std::string payload = "") {
    return {name, std::move(bytes), {std::move(payload), consumed, State::malformed}};
}

INSTANTIATE_TEST_SUITE_P(
    Wellformed, ChunkedBody,
    testing::Values(good("Empty", "0\r\n\r\n", ""),
                    good("OneChunk", "5\r\nhello\r\n0\r\n\r\n", "hello"),
                    good("ManyChunks", "1\r\nh\r\n2\r\nel\r\n2\r\nlo\r\n0\r\n\r\n", "hello"),
                    good("DataLooksLikeFraming", "7\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n",
                         "0\r\n\r\n\r\n"),
                    good("HexInBothCases", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
                         "01234567890123456789"),
                    good("LeadingZeros", "0000000000000002\r\nhi\r\n00\r\n\r\n", "hi"),
                    good("Extension", "2;name=\"v;alue\"\r\nhi\r\n0;last\r\n\r\n", "hi"),
                    good("Trailers", "2\r\nhi\r\n0\r\nX: y\r\nAuthorization: Bearer evil\r\n\r\n",
                         "hi"),
                    good("NextMessageStaysUntouched", "2\r\nhi\r\n0\r\n\r\nGET / HTTP/1.1\r\n",
                         "hi", 16)),
    [](const auto& row) { return std::string{row.param.name}; });

INSTANTIATE_TEST_SUITE_P(
    Malformed, ChunkedBody,
    testing::Values(bad("NoSize", "\r\n", 1), bad("Minus", "-1\r\n", 1), bad("Plus", "+1\r\n", 1),
                    bad("HexPrefix", "0x5\r\nhello\r\n", 2), bad("BlankBefore", " 5\r\n", 1),
                    bad("BlankAfter", "5 \r\nhello\r\n", 2),
                    bad("TabBeforeExtension", "5\t;a\r\nhello\r\n", 2), bad("NotHex", "G\r\n", 1),
                    bad("Underscore", "1_0\r\n", 2), bad("Comma", "5,5\r\n", 2),
                    bad("BareLfAfterSize", "5\nhello\r\n", 2),
                    bad("BareCrAfterSize", "5\rhello\r\n", 3),
                    bad("SeventeenDigits", "00000000000000005\r\nhello\r\n", 17),
                    bad("LfInExtension", "5;a\nb\r\nhello\r\n", 4),
                    bad("LfInQuotedExtension", "5;a=\"\n\"\r\nhello\r\n", 6),
                    bad("NulInExtension", std::string{"5;\0\r\nhello\r\n", 12}, 3),
                    bad("DataTooLong", "5\r\nhelloX\r\n", 9, "hello"),
                    bad("DataTooShort", "5\r\nhell\r\n0\r\n\r\n", 9, "hell\r"),
                    bad("BareLfAfterData", "5\r\nhello\n0\r\n\r\n", 9, "hello"),
                    bad("BareCrAfterData", "5\r\nhello\r0\r\n\r\n", 10, "hello"),
                    bad("RequestAsTrailer", "0\r\nGET / HTTP/1.1\r\n\r\n", 7),
                    bad("TrailerWithoutColon", "0\r\nX\r\n\r\n", 5),
                    bad("FoldedTrailer", "0\r\nX: y\r\n z\r\n\r\n", 10),
                    bad("BareLfInTrailer", "0\r\nX: y\n\r\n", 8), bad("BareLfAtEnd", "0\r\n\n", 4),
                    bad("BareCrAtEnd", "0\r\n\r0", 5)),
    [](const auto& row) { return std::string{row.param.name}; });

TEST(BodyDecoder, ConsumesNothingAfterMalformed) {
    BodyDecoder decoder{chunked};
    std::string bytes = "zz";
    ASSERT_EQ(decoder.decode(bytes).state, State::malformed);

    const auto again = decoder.decode(bytes);

    EXPECT_EQ(again.state, State::malformed);
    EXPECT_EQ(again.consumed, 0U);
    EXPECT_EQ(decoder.at_end(), State::malformed);
}

TEST(BodyDecoder, GivesOneContiguousPayloadInsideTheBuffer) {
    BodyDecoder decoder{chunked};
    std::string bytes = "3\r\nabc\r\n3;x=y\r\ndef\r\n2\r\ngh\r\n";

    const auto got = decoder.decode(bytes);

    EXPECT_EQ(got.payload, "abcdefgh");
    EXPECT_EQ(got.payload.data(), bytes.data() + 3);
    EXPECT_EQ(got.consumed, bytes.size());
}

/// Bytes read of an endless body made of `unit` before it is refused, or `bound` if it never is.
std::size_t bytes_before_refusal(std::string_view first, std::string_view unit, std::size_t bound) {
    BodyDecoder decoder{chunked};
    std::string opening{first};
    std::size_t read = decoder.decode(opening).consumed;
    while (read < bound) {
        std::string piece{unit};
        const auto got = decoder.decode(piece);
        read += got.consumed;
        if (got.state == State::malformed) { return read; }
    }
    return bound;
}

TEST(BodyDecoder, EndsEndlessExtensionsAndTrailers) {
    constexpr std::size_t bound = std::size_t{4} * 1024 * 1024;
    const std::string long_extension = "1;" + std::string(200, 'e') + "\r\nx\r\n";
    const std::size_t reads[] = {
        bytes_before_refusal("1;", "e", bound),            // one extension
        bytes_before_refusal("", long_extension, bound),   // one in every chunk
        bytes_before_refusal("0\r\n", "X: y\r\n", bound),  // trailer lines
        bytes_before_refusal("0\r\nX: ", "y", bound),      // one trailer
        bytes_before_refusal("", "0", bound),              // one size
    };

    const std::size_t worst = *std::ranges::max_element(reads);
    const bool pass = worst <= std::size_t{64} * 1024;
    std::printf("P-6 %zu bytes <=65536 %s\n", worst, pass ? "PASS" : "FAIL");
    EXPECT_TRUE(pass);
}

TEST(BodyDecoder, TakesExtensionsAndTrailersUpToTheBounds) {
    const std::string extension = "1;" + std::string(256, 'e') + "\r\nx\r\n";
    std::string bytes;
    for (int i = 0; i < 64; ++i) { bytes += extension; }  // 64 * 256 = 16 KiB
    bytes += "0\r\n";
    for (int i = 0; i < 32; ++i) { bytes += "X: " + std::string(248, 'y') + "\r\n"; }
    bytes += "\r\n";

    const Read read = decode(chunked, bytes, bytes.size());

    EXPECT_EQ(read.state, State::complete);
    EXPECT_EQ(read.payload, std::string(64, 'x'));
    EXPECT_EQ(decode(chunked, "1;" + std::string(257, 'e') + "\r\nx\r\n", 1).state,
              State::malformed);
    EXPECT_EQ(decode(chunked, bytes.substr(0, 64 * extension.size()) + "0;e\r\n", 9).state,
              State::malformed);
}

TEST(BodyDecoder, TakesThirtyTwoTrailerLinesAndNoMore) {
    std::string bytes = "0\r\n";
    for (int i = 0; i < 32; ++i) { bytes += "X: y\r\n"; }

    EXPECT_EQ(decode(chunked, bytes + "\r\n", 5).state, State::complete);
    EXPECT_EQ(decode(chunked, bytes + "X: y\r\n\r\n", 5).state, State::malformed);
}

TEST(BodyDecoder, EndsALengthExactly) {
    const std::string bytes = "helloGET / HTTP/1.1";
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        EXPECT_EQ(decode({Kind::length, 5}, bytes, step), (Read{"hello", 5, State::complete}));
    }
    EXPECT_EQ(decode({Kind::length, 5}, "hell", 4).state, State::more);
    EXPECT_EQ(decode({Kind::length, 0}, "x", 1), (Read{"", 0, State::complete}));
}

TEST(BodyDecoder, KnowsWhatAnEndOfConnectionMeans) {
    BodyDecoder until_close{{Kind::until_close}};
    std::string bytes = "data";
    EXPECT_EQ(until_close.decode(bytes).state, State::more);
    EXPECT_FALSE(until_close.complete());
    EXPECT_EQ(until_close.at_end(), State::complete);

    BodyDecoder cut_length{{Kind::length, 5}};
    EXPECT_EQ(cut_length.decode(bytes).consumed, 4U);
    EXPECT_EQ(cut_length.at_end(), State::more);

    BodyDecoder cut_chunk{chunked};
    std::string chunk = "4\r\ndata\r\n";
    EXPECT_EQ(cut_chunk.decode(chunk).state, State::more);
    EXPECT_EQ(cut_chunk.at_end(), State::more);

    EXPECT_EQ(BodyDecoder{BodyFraming{}}.at_end(), State::complete);
    EXPECT_TRUE(BodyDecoder{BodyFraming{}}.complete());
}

}  // namespace
}  // namespace spillway
