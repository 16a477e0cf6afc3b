#include "wire/sse.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {
namespace {

using namespace std::string_literals;

struct Seen {
    std::string type;
    std::string data;
    bool has_data = false;
    bool oversize = false;
    std::string tail;

    friend bool operator==(const Seen&, const Seen&) = default;
};

/// A relay's view of a stream: what came out as events, and which bytes were forwarded when.
class Relay {
public:
    void feed(std::string_view piece) {
        scanner.feed(piece);
        SseEvent event;
        while (scanner.next(event)) {
            events.push_back({std::string(event.type), std::string(event.data), event.has_data,
                              event.oversize, std::string(event.tail)});
        }
        const auto fed = scanner.fed();
        forwarded += fed.held;
        forwarded += piece.substr(0, fed.forward);
        received += piece;
        EXPECT_EQ(forwarded.size() + scanner.held_bytes(), received.size());
        EXPECT_LE(scanner.held_bytes(), SseScanner::held_max);
    }

    /// In pieces of `size` bytes. Every piece lives in memory of its own that is gone afterwards.
    void feed_in_pieces(std::string_view stream, std::size_t size) {
        for (std::size_t i = 0; i < stream.size(); i += size) {
            feed(std::string(stream.substr(i, size)));
        }
    }

    SseScanner scanner;
    std::vector<Seen> events;
    std::string forwarded;
    std::string received;
};

Seen message(std::string data) { return {"", std::move(data), true, false, ""}; }
const Seen comment{"", "", false, false, ""};

TEST(Sse, YieldsTheEventsOfAChatStream) {
    Relay relay;

    relay.feed("data: {\"a\":1}\n\ndata: [DONE]\n\n");

    EXPECT_EQ(relay.events, (std::vector{message("{\"a\":1}"), message("[DONE]")}));
    EXPECT_EQ(relay.forwarded, relay.received);
}

TEST(Sse, YieldsTypesOfNamedEvents) {
    Relay relay;

    relay.feed("event: response.created\ndata: {}\n\ndata: x\n\n");

    EXPECT_EQ(relay.events[0].type, "response.created");
    EXPECT_EQ(relay.events[1].type, "");
}

TEST(Sse, KeepsBackAnUnfinishedEvent) {
    Relay relay;

    relay.feed("data: 1\n\ndata: 2\n");
    EXPECT_EQ(relay.forwarded, "data: 1\n\n");
    EXPECT_EQ(relay.scanner.held_bytes(), 8U);
    EXPECT_TRUE(relay.scanner.at_boundary());

    relay.feed("\n");
    EXPECT_EQ(relay.forwarded, relay.received);
    EXPECT_EQ(relay.events.back(), message("2"));
}

TEST(Sse, ForwardsEverythingWhenAPieceEndsOnABoundary) {
    Relay relay;

    relay.feed("data: 1\n\n");

    EXPECT_EQ(relay.scanner.fed().held, "");
    EXPECT_EQ(relay.scanner.fed().forward, 9U);
    EXPECT_EQ(relay.scanner.held_bytes(), 0U);
}

TEST(Sse, DoesNotWaitForTheLfOfACrlf) {
    Relay relay;

    relay.feed("data: 1\r\n\r");
    EXPECT_EQ(relay.forwarded, "data: 1\r\n\r");
    EXPECT_TRUE(relay.scanner.at_boundary());

    relay.feed("\n");
    EXPECT_EQ(relay.forwarded, relay.received);
    EXPECT_EQ(relay.events.size(), 1U);
    EXPECT_TRUE(relay.scanner.at_boundary());
}

TEST(Sse, DoesNotTakeTheLfOfACrlfForABlankLine) {
    Relay relay;

    relay.feed("data: 1\r");
    relay.feed("\ndata: 2\r\n\r\n");

    EXPECT_EQ(relay.events, std::vector{message("1\n2")});
}

TEST(Sse, ForwardsStrayBlankLinesWithoutAnEvent) {
    Relay relay;

    relay.feed("\n\r\n\rdata: 1\n\n\n\n");

    EXPECT_EQ(relay.events, std::vector{message("1")});
    EXPECT_EQ(relay.forwarded, relay.received);
}

TEST(Sse, IgnoresOneBomAtTheStart) {
    Relay relay;

    relay.feed(
        "\xEF\xBB\xBF"
        "data: 1\n\n\xEF\xBB\xBF"
        "data: 2\n\n");

    EXPECT_EQ(relay.events, (std::vector{message("1"), comment}));
    EXPECT_EQ(relay.forwarded, relay.received);
}

struct FieldCase {
    const char* name;
    std::string stream;
    Seen event;
};

class SseFields : public testing::TestWithParam<FieldCase> {};

TEST_P(SseFields, AreReadAsTheStandardSays) {
    Relay relay;

    relay.feed(GetParam().stream);

    EXPECT_EQ(relay.events, std::vector{GetParam().event});
}

INSTANTIATE_TEST_SUITE_P(
    Forms, SseFields,
    testing::Values(FieldCase{"Comment", ": keep-alive\n\n", comment},
                    FieldCase{"Retry", "retry: 1000\n\n", comment},
                    FieldCase{"EventAlone", "event: ping\n\n", {"ping", "", false, false, ""}},
                    FieldCase{"EmptyData", "data:\n\n", message("")},
                    FieldCase{"DataWithoutColon", "data\n\n", message("")},
                    FieldCase{"NoBlankAfterColon", "data:x\n\n", message("x")},
                    FieldCase{"OnlyOneBlankIsTakenOff", "data:  x \n\n", message(" x ")},
                    FieldCase{"SeveralDataLines", "data: a\ndata:\ndata: b\n\n", message("a\n\nb")},
                    FieldCase{"EmptyFirstDataLine", "data:\ndata: b\n\n", message("\nb")},
                    FieldCase{"UnknownField", "datax: 1\ndata: 2\n\n", message("2")},
                    FieldCase{"BlankBeforeTheName", " data: 1\n\n", comment},
                    FieldCase{"LineSeparatorOfUnicode",
                              "data: a\xE2\x80\xA8"
                              "b\n\n",
                              message("a\xE2\x80\xA8"
                                      "b")},
                    FieldCase{"LastEventWins",
                              "event: a\nevent: b\ndata: 1\n\n",
                              {"b", "1", true, false, ""}},
                    FieldCase{"CommentInside", ": c\ndata: 1\n: d\n\n", message("1")},
                    FieldCase{"OnlyCr", "event: a\rdata: 1\r\r", {"a", "1", true, false, ""}},
                    FieldCase{"Crlf", "event: a\r\ndata: 1\r\n\r\n", {"a", "1", true, false, ""}},
                    FieldCase{
                        "MixedLineEnds", "event: a\rdata: 1\r\n\n", {"a", "1", true, false, ""}}),
    [](const auto& test) { return std::string(test.param.name); });

/// A stream with every feature, with one of the three line ends.
std::string stream_with(std::string_view line_end) {
    const std::string text =
        "data: {\"id\":\"\"}\n\nevent: a\ndata: 1\ndata: 2\n\n: c\n\n\n\ndata: "
        "\xC3\xA9\xE2\x80\xA8\n"
        "id: 7\n\nretry: 5\n\nevent: e\n\ndata: [DONE]\n\n";
    std::string out = "\xEF\xBB\xBF";
    for (const char c : text) {
        if (c == '\n') {
            out += line_end;
        } else {
            out += c;
        }
    }
    return out;
}

class SseSplits : public testing::TestWithParam<const char*> {};

TEST_P(SseSplits, ChangeNeitherEventsNorBytes) {
    const std::string stream = stream_with(GetParam());
    Relay whole;
    whole.feed(stream);
    ASSERT_EQ(whole.events.size(), 7U);

    for (std::size_t size = 1; size < stream.size(); ++size) {
        Relay relay;
        relay.feed_in_pieces(stream, size);
        EXPECT_EQ(relay.events, whole.events) << "pieces of " << size;
        EXPECT_EQ(relay.forwarded, stream) << "pieces of " << size;
    }
    for (std::size_t at = 1; at < stream.size(); ++at) {
        Relay relay;
        relay.feed(std::string(stream.substr(0, at)));
        relay.feed(std::string(stream.substr(at)));
        EXPECT_EQ(relay.events, whole.events) << "split at " << at;
        EXPECT_EQ(relay.forwarded, stream) << "split at " << at;
    }
}

INSTANTIATE_TEST_SUITE_P(LineEnds, SseSplits, testing::Values("\n", "\r", "\r\n"),
                         [](const auto& test) {
                             if (test.param == "\n"s) { return "Lf"; }
                             return test.param == "\r"s ? "Cr" : "Crlf";
                         });

std::string event_of(std::size_t bytes) {
    const std::string head = "event: response.completed\ndata: ";
    return head + std::string(bytes - head.size() - 2, 'x') + "\n\n";
}

TEST(Sse, InterpretsAnEventOfExactlyTheBound) {
    Relay relay;

    relay.feed(event_of(SseScanner::held_max));

    ASSERT_EQ(relay.events.size(), 1U);
    EXPECT_FALSE(relay.events[0].oversize);
}

TEST(Sse, ForwardsALongerEventInPiecesUninterpreted) {
    Relay relay;
    const std::string event = event_of(SseScanner::held_max + 1);

    relay.feed(event.substr(0, SseScanner::held_max));
    EXPECT_EQ(relay.scanner.held_bytes(), SseScanner::held_max);
    EXPECT_TRUE(relay.scanner.at_boundary());

    relay.feed(event.substr(SseScanner::held_max));
    ASSERT_EQ(relay.events.size(), 1U);
    EXPECT_TRUE(relay.events[0].oversize);
    EXPECT_EQ(relay.events[0].data, "");
    EXPECT_EQ(relay.events[0].type, "response.completed");
    EXPECT_EQ(relay.forwarded, relay.received);
    EXPECT_TRUE(relay.scanner.at_boundary());
}

TEST(Sse, IsNotAtABoundaryInsideAnOversizeEvent) {
    Relay relay;

    relay.feed(event_of(3 * SseScanner::held_max).substr(0, 2 * SseScanner::held_max));

    EXPECT_FALSE(relay.scanner.at_boundary());
    EXPECT_EQ(relay.scanner.held_bytes(), 0U);
}

TEST(Sse, GivesTheTailOfAnOversizeEvent) {
    const std::string usage = "\"usage\":{\"input_tokens\":1}}";
    const std::string start = "event: response.completed\ndata: {" + std::string(100'000, 'x');
    const std::string stream = start + usage + "\n\ndata: next\n\n";
    Relay whole;
    whole.feed(stream);
    ASSERT_EQ(whole.events.size(), 2U);
    EXPECT_EQ(whole.events[0].tail.size(), SseScanner::tail_max);
    EXPECT_TRUE(whole.events[0].tail.ends_with(usage + "\n\n"));
    EXPECT_EQ(whole.events[1], message("next"));

    constexpr std::size_t sizes[] = {1, 7, 4095, 4096, 4097, 65535, 65536, 65537, 70000};
    for (const std::size_t size : sizes) {
        Relay relay;
        relay.feed_in_pieces(stream, size);
        EXPECT_EQ(relay.events, whole.events) << "pieces of " << size;
        EXPECT_EQ(relay.forwarded, stream) << "pieces of " << size;
    }
}

TEST(Sse, ForwardsAMegabyteByteForByte) {
    const std::string stream = "data: a\n\n" + event_of(1'000'000) + "data: b\n\n";
    Relay relay;

    relay.feed_in_pieces(stream, 16 * 1024);

    EXPECT_EQ(relay.forwarded, stream);
    EXPECT_EQ(relay.events.size(), 3U);
}

TEST(Sse, GivesHeldMemoryBackWhenTheBytesHaveLeft) {
    SseScanner scanner;
    SseEvent event;
    const std::string stream = event_of(40'000);
    const std::string_view big = stream;
    scanner.feed(big.substr(0, 30'000));
    EXPECT_FALSE(scanner.next(event));
    scanner.feed(big.substr(30'000));
    EXPECT_TRUE(scanner.next(event));
    EXPECT_FALSE(scanner.next(event));
    ASSERT_EQ(scanner.fed().held.size(), 30'000U);

    scanner.forwarded();

    EXPECT_EQ(scanner.fed().held.size(), 0U);
    EXPECT_EQ(scanner.fed().forward, 0U);
    EXPECT_EQ(scanner.held_bytes(), 0U);
}

}  // namespace
}  // namespace spillway
