#include "wire/framing.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {
namespace {

using Kind = BodyFraming::Kind;
using Framing = std::variant<BodyFraming, HeadError>;

constexpr std::string_view start = "POST / HTTP/1.1\r\nHost: a\r\n";

/// Framing of a request head; a head that does not even parse counts as refused.
Framing framing_of_request(std::string_view bytes) {
    HeadScanner scanner{HeadLimits{}};
    RequestHead head;
    if (scanner.request(bytes, head) != HeadState::complete) { return scanner.error(); }
    return request_framing(head);
}

Framing framing_of_response(std::string_view bytes, Method method) {
    HeadScanner scanner{HeadLimits{}};
    ResponseHead head;
    if (scanner.response(bytes, head) != HeadState::complete) { return scanner.error(); }
    return response_framing(head, method);
}

int refusal(const Framing& framing) {
    const auto* const error = std::get_if<HeadError>(&framing);
    return error == nullptr ? 0 : error->status;
}

struct Row {
    const char* name;
    std::string fields;
    Kind kind = Kind::none;
    std::uint64_t length = 0;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class Framed : public testing::TestWithParam<Row> {};

TEST_P(Framed, HasOneReading) {
    const Row& row = GetParam();
    const Framing framing = framing_of_request(std::string{start} + row.fields + "\r\n");

    const auto* const body = std::get_if<BodyFraming>(&framing);
    ASSERT_NE(body, nullptr) << std::get<HeadError>(framing).why;
    EXPECT_EQ(body->kind, row.kind);
    EXPECT_EQ(body->length, row.length);
}

const std::vector<Row> framed_rows = {
    {"NoBody", ""},
    {"Length", "Content-Length: 12\r\n", Kind::length, 12},
    {"LengthZero", "Content-Length: 0\r\n", Kind::length, 0},
    {"LengthOf19Digits", "Content-Length: 9999999999999999999\r\n", Kind::length,
     9'999'999'999'999'999'999U},
    {"LengthAmongBlanks", "Content-Length: \t12 \r\n", Kind::length, 12},
    {"Chunked", "Transfer-Encoding: chunked\r\n", Kind::chunked},
    {"ChunkedInAnyCase", "transfer-encoding: CHUNKED\r\n", Kind::chunked},
    {"Continue", "Expect: 100-Continue\r\nContent-Length: 2\r\n", Kind::length, 2},
    // JDK HttpClient on every plain POST (field-notes.md §0.8); the upgrade is simply not taken.
    {"UpgradeToH2c", "Upgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n", Kind::length,
     2},
};

INSTANTIATE_TEST_SUITE_P(Requests, Framed, testing::ValuesIn(framed_rows),
                         [](const auto& row) { return std::string{row.param.name}; });

class Refused : public testing::TestWithParam<Row> {};

TEST_P(Refused, With400) {
    const Row& row = GetParam();
    EXPECT_EQ(refusal(framing_of_request(std::string{start} + row.fields + "\r\n")), 400);
}

// reliability.md §4.1 and the smuggling ids of Http11Probe that are about framing fields (P-1).
const std::vector<Row> refused_rows = {
    {"LengthThenChunked", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"},
    {"ChunkedThenLength", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n"},
    {"GzipThenLength", "Transfer-Encoding: gzip\r\nContent-Length: 4\r\n"},
    {"LengthThenGzip", "Content-Length: 4\r\nTransfer-Encoding: gzip\r\n"},
    {"XchunkedThenLength", "Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n"},
    {"EmptyCodingThenLength", "Transfer-Encoding:\r\nContent-Length: 4\r\n"},
    {"EmptyCoding", "Transfer-Encoding:\r\n"},
    {"Identity", "Transfer-Encoding: identity\r\n"},
    {"ChunkedIdentity", "Transfer-Encoding: chunked, identity\r\n"},
    {"IdentityChunked", "Transfer-Encoding: identity, chunked\r\n"},
    {"ChunkedTwiceInALine", "Transfer-Encoding: chunked, chunked\r\n"},
    {"ChunkedTwice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"},
    {"QuotedChunked", "Transfer-Encoding: \"chunked\"\r\n"},
    {"SingleQuotedChunked", "Transfer-Encoding: 'chunked'\r\n"},
    {"Xchunked", "Transfer-Encoding: xchunked\r\n"},
    {"ChunkedX", "Transfer-Encoding: chunkedx\r\n"},
    {"GzipChunked", "Transfer-Encoding: gzip, chunked\r\n"},
    {"GzipAndChunkedInTwoLines", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"},
    {"ChunkedWithParameter", "Transfer-Encoding: chunked;q=1\r\n"},
    {"ChunkedComma", "Transfer-Encoding: chunked,\r\n"},
    {"CommaChunked", "Transfer-Encoding: ,chunked\r\n"},
    {"ChunkedWithObsText", "Transfer-Encoding: chunked\xFF\r\n"},
    {"ChunkedWithVerticalTab",
     "Transfer-Encoding: \x0B"
     "chunked\r\n"},
    {"BlankBeforeColon", "Transfer-Encoding : chunked\r\n"},
    {"FoldedCoding", "Transfer-Encoding:\r\n chunked\r\n"},
    {"FoldedLength", "Content-Length:\r\n 4\r\n"},
    {"UnderscoredCoding", "Transfer_Encoding: chunked\r\n"},
    {"UnderscoredLength", "content_length: 4\r\n"},
    {"UnderscoredCodingBesideLength", "TRANSFER_ENCODING: chunked\r\nContent-Length: 4\r\n"},
    {"SameLengthTwice", "Content-Length: 4\r\nContent-Length: 4\r\n"},
    {"TwoLengths", "Content-Length: 4\r\nContent-Length: 5\r\n"},
    {"LengthList", "Content-Length: 3, 3\r\n"},
    {"LengthListOfOne", "Content-Length: 3,\r\n"},
    {"LengthWithLeadingZero", "Content-Length: 03\r\n"},
    {"LengthZeroZero", "Content-Length: 00\r\n"},
    {"LengthWithPlus", "Content-Length: +3\r\n"},
    {"LengthWithMinus", "Content-Length: -1\r\n"},
    {"LengthWithMinusZero", "Content-Length: -0\r\n"},
    {"LengthInHex", "Content-Length: 0x3\r\n"},
    {"LengthWithBlank", "Content-Length: 3 4\r\n"},
    {"LengthEmpty", "Content-Length:\r\n"},
    {"LengthOf2To64", "Content-Length: 18446744073709551616\r\n"},
    {"LengthWithExponent", "Content-Length: 1e3\r\n"},
    {"LengthWithUnderscore", "Content-Length: 1_0\r\n"},
    {"LengthWithObsText", "Content-Length: 3\xA0\r\n"},
    {"LengthInQuotes", "Content-Length: \"3\"\r\n"},
    {"LengthWithDecimals", "Content-Length: 3.0\r\n"},
    {"SecondHost", "Host: b\r\n"},
    {"SecondHostTheSame", "host: a\r\n"},
};

INSTANTIATE_TEST_SUITE_P(Smuggling, Refused, testing::ValuesIn(refused_rows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(RequestFraming, SmugglesNothing) {
    std::size_t accepted = 0;
    for (const Row& row : refused_rows) {
        const Framing framing = framing_of_request(std::string{start} + row.fields + "\r\n");
        if (refusal(framing) != 400) { ++accepted; }
    }
    std::printf("P-1 %zu smuggled 0 %s\n", accepted, accepted == 0 ? "PASS" : "FAIL");
    EXPECT_EQ(accepted, 0U);
}

TEST(RequestFraming, NeedsOneHostOnHttp11) {
    EXPECT_EQ(refusal(framing_of_request("GET / HTTP/1.1\r\n\r\n")), 400);
    EXPECT_EQ(refusal(framing_of_request("GET / HTTP/1.0\r\n\r\n")), 0);
    EXPECT_EQ(refusal(framing_of_request("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n")), 400);
}

TEST(RequestFraming, TakesHostsOnly) {
    constexpr std::string_view good[] = {"a",        "gateway.internal:8080", "10.0.0.1",
                                         "[::1]:80", "[::ffff:10.0.0.1]",     "my_service:1",
                                         "a:65535"};
    constexpr std::string_view bad[] = {
        "",     "a,b", "a b", "a/b", "user@a", "a:",        "a:80x",    "a:123456",
        "[::1", "[]",  "[x]", ":80", "a:b:c",  "a\xC3\xA9", "http://a", "[::1]x"};
    const auto request = [](std::string_view host) {
        return "GET / HTTP/1.1\r\nHost: " + std::string{host} + "\r\n\r\n";
    };
    for (const auto host : good) {
        EXPECT_EQ(refusal(framing_of_request(request(host))), 0) << host;
    }
    for (const auto host : bad) {
        EXPECT_EQ(refusal(framing_of_request(request(host))), 400) << host;
    }
}

TEST(RequestFraming, RefusesChunkedOnHttp10) {
    EXPECT_EQ(refusal(framing_of_request("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")),
              400);
}

TEST(RequestFraming, Answers417ToOtherExpectations) {
    EXPECT_EQ(refusal(framing_of_request(std::string{start} + "Expect: 200-ok\r\n\r\n")), 417);
    EXPECT_EQ(refusal(framing_of_request(std::string{start} + "Expect:\r\n\r\n")), 417);
}

struct ResponseRow {
    std::string_view head;
    Method method;
    Kind kind;
};

TEST(ResponseFraming, FollowsRfc9112) {
    const ResponseRow rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Method::post, Kind::length},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Method::post, Kind::chunked},
        {"HTTP/1.1 200 OK\r\n\r\n", Method::post, Kind::until_close},
        {"HTTP/1.0 200 OK\r\n\r\n", Method::post, Kind::until_close},
        {"HTTP/1.1 204 No Content\r\n\r\n", Method::post, Kind::none},
        {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", Method::post, Kind::none},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", Method::get, Kind::none},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Method::head, Kind::none},
    };
    for (const auto& [head, method, kind] : rows) {
        const Framing framing = framing_of_response(head, method);
        ASSERT_EQ(refusal(framing), 0) << head;
        EXPECT_EQ(std::get<BodyFraming>(framing).kind, kind) << head;
    }
}

TEST(ResponseFraming, RefusesAmbiguityAs502) {
    for (const Row& row : refused_rows) {
        if (row.fields.starts_with("Host") || row.fields.starts_with("host")) { continue; }
        const std::string head = "HTTP/1.1 200 OK\r\n" + row.fields + "\r\n";
        EXPECT_EQ(refusal(framing_of_response(head, Method::post)), 502) << row.name;
        EXPECT_EQ(refusal(framing_of_response(head, Method::head)), 502) << row.name;
    }
}

}  // namespace
}  // namespace spillway
