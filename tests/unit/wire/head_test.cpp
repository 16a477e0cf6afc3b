#include "wire/head.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {
namespace {

constexpr std::string_view chat_head =
    "POST /v1/chat/completions HTTP/1.1\r\n"
    "Host: gateway:8080\r\n"
    "Content-Type: application/json\r\n"
    "X-Stainless-Lang:  js\t\r\n"
    "Content-Length: 12\r\n"
    "\r\n";

/// State and error of a head that arrives in one piece.
struct Scanned {
    HeadState state;
    HeadError error;
};

Scanned scan_request(std::string_view bytes, const HeadLimits& limits = {}) {
    HeadScanner scanner(limits);
    RequestHead head;
    const HeadState state = scanner.request(bytes, head);
    return {state, scanner.error()};
}

TEST(Head, GivesViewsOfTheRequest) {
    const std::string bytes = std::string{chat_head} + "{\"model\":1}..";
    HeadScanner scanner{HeadLimits{}};
    RequestHead head;

    ASSERT_EQ(scanner.request(bytes, head), HeadState::complete);

    EXPECT_EQ(head.method, Method::post);
    EXPECT_EQ(head.target, "/v1/chat/completions");
    EXPECT_EQ(head.minor, 1);
    EXPECT_EQ(head.bytes, chat_head.size());
    EXPECT_EQ(head.fields.all().size(), 4U);
    EXPECT_EQ(head.fields.get(FieldName::content_length), "12");
    EXPECT_EQ(head.fields.get("x-stainless-lang"), "js");
    EXPECT_TRUE(head.fields.has(FieldName::host));
    EXPECT_TRUE(head.fields.get("cookie").empty());
}

TEST(Head, ReadsTheSameHeadAtEverySplit) {
    for (std::size_t step = 1; step <= chat_head.size(); ++step) {
        HeadScanner scanner{HeadLimits{}};
        RequestHead head;
        HeadState state = HeadState::need_more;
        for (std::size_t end = step; state == HeadState::need_more; end += step) {
            ASSERT_LT(end, chat_head.size() + step);
            state = scanner.request(chat_head.substr(0, end), head);
        }
        ASSERT_EQ(state, HeadState::complete) << "step " << step;
        EXPECT_EQ(head.bytes, chat_head.size());
        EXPECT_EQ(head.fields.all().size(), 4U);
    }
}

TEST(Head, ReadsTheSameHeadInTwoPiecesCutAnywhere) {
    for (std::size_t cut = 0; cut < chat_head.size(); ++cut) {
        HeadScanner scanner{HeadLimits{}};
        RequestHead head;
        ASSERT_EQ(scanner.request(chat_head.substr(0, cut), head), HeadState::need_more) << cut;
        ASSERT_EQ(scanner.request(chat_head, head), HeadState::complete) << cut;
        EXPECT_EQ(head.target, "/v1/chat/completions");
    }
}

TEST(Head, ToleratesOneLeadingCrlfAndCountsIt) {
    HeadScanner scanner{HeadLimits{}};
    RequestHead head;
    const std::string_view bytes = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";

    for (std::size_t end = 1; end < bytes.size(); ++end) {
        ASSERT_EQ(scanner.request(bytes.substr(0, end), head), HeadState::need_more) << end;
    }
    ASSERT_EQ(scanner.request(bytes, head), HeadState::complete);

    EXPECT_EQ(head.bytes, bytes.size());
    EXPECT_EQ(head.fields.get(FieldName::host), "a");
}

TEST(Head, RefusesASecondLeadingCrlfHoweverItArrives) {
    const std::string_view bytes = "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::size_t cut = 0; cut < 4; ++cut) {
        HeadScanner scanner{HeadLimits{}};
        RequestHead head;
        ASSERT_EQ(scanner.request(bytes.substr(0, cut), head), HeadState::need_more);
        EXPECT_EQ(scanner.request(bytes, head), HeadState::refused) << cut;
    }
}

TEST(Head, NamesLineFoldingAsTheReason) {
    const Scanned got = scan_request("GET / HTTP/1.1\r\nX: y\r\n z: a\r\n\r\n");
    EXPECT_EQ(got.error.why, "a header line starts with a blank (line folding)");
}

struct Row {
    const char* name;
    std::string_view bytes;
    int status;  ///< 0: accepted
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class RequestHeadTable : public testing::TestWithParam<Row> {};

TEST_P(RequestHeadTable, AcceptsOrRefuses) {
    const Row& row = GetParam();
    const Scanned got = scan_request(row.bytes);
    if (row.status == 0) {
        EXPECT_EQ(got.state, HeadState::complete) << got.error.why;
        return;
    }
    EXPECT_EQ(got.state, HeadState::refused);
    EXPECT_EQ(got.error.status, row.status);
    EXPECT_FALSE(got.error.why.empty());
}

// The rows of reliability.md §4.1 that concern a head alone; framing_test has the others.
const std::vector<Row> request_rows = {
    {"EveryMethodServed", "PATCH / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"Http10", "GET / HTTP/1.0\r\n\r\n", 0},
    {"ObsTextInAValue", "GET / HTTP/1.1\r\nX: \xC3\xA9\r\n\r\n", 0},
    {"EmptyValue", "GET / HTTP/1.1\r\nX:\r\n\r\n", 0},
    {"NoBlankAfterTheColon", "GET / HTTP/1.1\r\nX:y\r\n\r\n", 0},
    {"BlankBeforeTheColon", "GET / HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n", 400},
    {"VerticalTabInAName", "GET / HTTP/1.1\r\nX\x0B: y\r\n\r\n", 400},
    {"VerticalTabInAValue", "GET / HTTP/1.1\r\nX: \x0By\r\n\r\n", 400},
    {"LeadingBlankInAName", "GET / HTTP/1.1\r\n X: y\r\n\r\n", 400},
    {"ObsFold", "GET / HTTP/1.1\r\nX: y\r\n z\r\n\r\n", 400},
    {"ObsFoldByTab", "GET / HTTP/1.1\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n", 400},
    {"BareLfAfterTheRequestLine", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
    {"BareLfAfterAField", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
    {"BareLfAsTheBlankLine", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
    {"LeadingBareLf", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"BareCrInAValue", "GET / HTTP/1.1\r\nX: y\rz\r\n\r\n", 400},
    {"DoubleCr", "GET / HTTP/1.1\r\nX: y\r\r\n\r\n", 400},
    {"NulInAValue", {"GET / HTTP/1.1\r\nX: y\0z\r\n\r\n", 28}, 400},
    {"NulInAName", {"GET / HTTP/1.1\r\nX\0: y\r\n\r\n", 27}, 400},
    {"DelInAValue", "GET / HTTP/1.1\r\nX: \x7F\r\n\r\n", 400},
    {"ObsTextInTheTarget", "GET /\xC3\xA9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"BlankInTheTarget", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"TabInTheTarget", "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"FragmentInTheTarget", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"BackslashInTheTarget", "GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"AbsoluteForm", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"AsteriskForm", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"Connect", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
    {"UnknownMethod", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
    {"LowerCaseMethod", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
    {"MethodNotAToken", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"Http09", "GET /\r\n\r\n", 400},
    {"Http12", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
    {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 501},
    {"Http3", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505},
    {"LowerCaseVersion", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
    {"LongVersion", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
    {"TwoBlanksBeforeTheVersion", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"TabAsSeparator", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"TrailingBlankOnTheRequestLine", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
    {"NoColon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400},
    {"EmptyName", "GET / HTTP/1.1\r\n: y\r\n\r\n", 400},
    {"NameInQuotes", "GET / HTTP/1.1\r\n\"X\": y\r\n\r\n", 400},
    {"ObsTextInAName", "GET / HTTP/1.1\r\nX\xC3\xA9: y\r\n\r\n", 400},
    {"TlsHandshake", "\x16\x03\x01\x02", 400},
};

INSTANTIATE_TEST_SUITE_P(Reliability41, RequestHeadTable, testing::ValuesIn(request_rows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(Fields, AreNamedInAnyCaseAndNotByALikeLength) {
    EXPECT_EQ(field_name("Transfer-ENCODING"), FieldName::transfer_encoding);
    EXPECT_EQ(field_name("te"), FieldName::te);
    EXPECT_EQ(field_name("set-cookie"), FieldName::set_cookie);  // the third of ten characters
    EXPECT_EQ(field_name("set-cookif"), FieldName::other);
    EXPECT_EQ(field_name("content_length"), FieldName::other);
    EXPECT_EQ(field_name(""), FieldName::other);
    EXPECT_EQ(field_name(std::string(300, 'a')), FieldName::other);
}

TEST(Fields, FindTheFirstOfAName) {
    Fields fields;
    EXPECT_TRUE(fields.push({FieldName::other, "x", "1"}));
    EXPECT_TRUE(fields.push({FieldName::host, "host", "first"}));
    EXPECT_TRUE(fields.push({FieldName::host, "host", "second"}));
    EXPECT_EQ(fields.get(FieldName::host), "first");
    EXPECT_EQ(fields.count(FieldName::host), 2U);
    EXPECT_FALSE(fields.has(FieldName::expect));
    fields.clear();
    EXPECT_FALSE(fields.has(FieldName::host));
}

TEST(Head, TakesExactlyAsManyFieldsAsAllowed) {
    const auto head_of = [](std::size_t fields) {
        std::string head = "GET / HTTP/1.1\r\n";
        for (std::size_t i = 0; i < fields; ++i) { head += "X: y\r\n"; }
        return head + "\r\n";
    };

    EXPECT_EQ(scan_request(head_of(100)).state, HeadState::complete);
    EXPECT_EQ(scan_request(head_of(101)).error.status, 431);
    const HeadLimits beyond_the_array{.fields = 1000};
    EXPECT_EQ(scan_request(head_of(head_fields_max), beyond_the_array).state, HeadState::complete);
    EXPECT_EQ(scan_request(head_of(head_fields_max + 1), beyond_the_array).error.status, 431);
}

TEST(Head, TakesExactlyAsManyBytesAsAllowed) {
    const HeadLimits limits{.bytes = chat_head.size()};
    EXPECT_EQ(scan_request(chat_head, limits).state, HeadState::complete);

    const HeadLimits one_less{.bytes = chat_head.size() - 1};
    EXPECT_EQ(scan_request(chat_head, one_less).error.status, 431);
}

/// Feeds `unit` again and again, each write ending one byte short, until refused: bytes taken then.
std::size_t trickle(std::string_view unit) {
    HeadScanner scanner{HeadLimits{}};
    RequestHead head;
    std::string sent = "GET / HTTP/1.1\r\n";
    constexpr std::size_t hopeless = 1'000'000;
    while (sent.size() < hopeless) {
        sent += unit;
        const std::string_view piece = std::string_view{sent}.substr(0, sent.size() - 1);
        if (scanner.request(piece, head) == HeadState::refused) {
            EXPECT_EQ(scanner.error().status, 431);
            return piece.size();
        }
    }
    return hopeless;
}

TEST(Head, StopsATrickledHeadAtItsBounds) {
    const std::string field = "X: " + std::string(90, 'y') + "\r\n";
    const std::size_t fields_taken = trickle(field) / field.size();
    const std::size_t bytes_taken = trickle("y");

    // The end of field 101 arrives with most of field 102.
    const bool pass = bytes_taken <= 16 * 1024 && fields_taken <= 102;
    std::printf("P-5 %zu bytes <=16384 %s\n", bytes_taken, pass ? "PASS" : "FAIL");
    EXPECT_TRUE(pass) << bytes_taken << " bytes, " << fields_taken << " fields";
}

TEST(ResponseHead, IsReadAtEverySplit) {
    const std::string_view bytes =
        "HTTP/1.1 429 Too Many Requests\r\nretry-after-ms: 300\r\nContent-Length: 2\r\n\r\n{}";
    const std::size_t head_bytes = bytes.size() - 2;
    for (std::size_t cut = 0; cut < head_bytes; ++cut) {
        HeadScanner scanner{HeadLimits{}};
        ResponseHead head;
        ASSERT_EQ(scanner.response(bytes.substr(0, cut), head), HeadState::need_more);
        ASSERT_EQ(scanner.response(bytes, head), HeadState::complete);
        EXPECT_EQ(head.status, 429);
        EXPECT_EQ(head.reason, "Too Many Requests");
        EXPECT_EQ(head.bytes, head_bytes);
        EXPECT_EQ(head.fields.get("retry-after-ms"), "300");
    }
}

TEST(ResponseHead, MayLackAReason) {
    for (const std::string_view bytes : {"HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 \r\n\r\n"}) {
        HeadScanner scanner{HeadLimits{}};
        ResponseHead head;
        ASSERT_EQ(scanner.response(bytes, head), HeadState::complete);
        EXPECT_EQ(head.status, 200);
        EXPECT_TRUE(head.reason.empty());
    }
}

TEST(ResponseHead, IsRefusedAs502WhateverIsWrong) {
    constexpr std::string_view broken[] = {
        "HTTP/1.1 99 x\r\n\r\n",         "HTTP/1.1 099 x\r\n\r\n",  "HTTP/1.1 600 x\r\n\r\n",
        "HTTP/1.1 2000\r\n\r\n",         "HTTP/1.1  200 x\r\n\r\n", "HTTP/2 200 x\r\n\r\n",
        "HTTP/1.1 200 \x01\r\n\r\n",     "ICY 200 OK\r\n\r\n",      "\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\nX: y\r\n\r\n", "HTTP/1.1 +20 x\r\n\r\n",  "HTTP/1.1 200 OK\r\nX\r\n\r\n",
    };
    for (const std::string_view bytes : broken) {
        HeadScanner scanner{HeadLimits{}};
        ResponseHead head;
        EXPECT_EQ(scanner.response(bytes, head), HeadState::refused) << bytes;
        EXPECT_EQ(scanner.error().status, 502) << bytes;
    }
}

TEST(HeadList, FindsATokenWhateverItsCaseAndNeighbours) {
    EXPECT_TRUE(list_has_token("keep-alive, Upgrade", "upgrade"));
    EXPECT_TRUE(list_has_token("\tclose ", "close"));
    EXPECT_TRUE(list_has_token(",,close", "close"));
    EXPECT_FALSE(list_has_token("closed, close-not", "close"));
    EXPECT_FALSE(list_has_token("", "close"));
}

}  // namespace
}  // namespace spillway
