// The bytes of an answer and where they end: the positions, framings and endings of S-2.

#include "sim/wire_image.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

namespace spillway_sim {
namespace {

Reply four_events() {
    Reply reply;
    reply.is_stream = true;
    reply.headers = {{"content-type", "text/event-stream"}};
    reply.events = {{"data: first\n\n", EventKind::prelude},
                    {"data: second\n\n", EventKind::token},
                    {"data: third event\n\n", EventKind::token},
                    {"data: [DONE]\n\n", EventKind::terminal}};
    return reply;
}

std::string bytes_of(const WireImage& image) {
    std::string bytes;
    for (const Segment& segment : image.segments) { bytes += segment.bytes; }
    return bytes;
}

std::string body_of(const WireImage& image) {
    const std::string bytes = bytes_of(image);
    return bytes.substr(bytes.find("\r\n\r\n") + 4);
}

Fault cut_at(Cut cut, Framing framing, Ending ending) {
    Fault fault;
    fault.cut = cut;
    fault.framing = framing;
    fault.ending = ending;
    fault.after_events = 2;
    return fault;
}

TEST(WireImage, IsChunkedForAStreamAndStaysOpen) {
    const WireImage image = make_wire_image(four_events(), Fault{});

    EXPECT_EQ(body_of(image),
              "d\r\ndata: first\n\n\r\n"
              "e\r\ndata: second\n\n\r\n"
              "13\r\ndata: third event\n\n\r\n"
              "e\r\ndata: [DONE]\n\n\r\n"
              "0\r\n\r\n");
    EXPECT_EQ(image.ending, std::nullopt);
}

TEST(WireImage, HasALengthForADocument) {
    Reply reply;
    reply.events = {{"{}", EventKind::terminal}};

    EXPECT_EQ(bytes_of(make_wire_image(reply, Fault{})),
              "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
}

struct Case {
    const char* name;
    Cut cut;
    Framing framing;
    Ending ending;
    std::string body;
};

class CutBody : public testing::TestWithParam<Case> {};

TEST_P(CutBody, EndsExactlyThere) {
    const Case& expected = GetParam();
    const WireImage image = make_wire_image(four_events(), cut_at(expected.cut, expected.framing,
                                                                  expected.ending));

    EXPECT_EQ(body_of(image), expected.body);
}

const std::string two_chunks = "d\r\ndata: first\n\n\r\ne\r\ndata: second\n\n\r\n";
const std::string two_events = "data: first\n\ndata: second\n\n";
const std::string third_chunk = "13\r\ndata: third event\n\n\r\n";

INSTANTIATE_TEST_SUITE_P(WireImage, CutBody,
                         testing::Values(Case{"ChunkSize", Cut::mid_chunk_size, Framing::chunked,
                                              Ending::fin, two_chunks + "1"},
                                         Case{"Data", Cut::mid_data, Framing::chunked, Ending::fin,
                                              two_chunks + "13\r\ndata: thi"},
                                         Case{"Event", Cut::mid_event, Framing::chunked,
                                              Ending::fin,
                                              two_chunks + "12\r\ndata: third event\n\r\n"},
                                         Case{"Done", Cut::before_done, Framing::chunked,
                                              Ending::fin, two_chunks + third_chunk},
                                         Case{"CleanChunkSize", Cut::mid_chunk_size,
                                              Framing::chunked, Ending::clean,
                                              two_chunks + "0\r\n\r\n"},
                                         Case{"CleanData", Cut::mid_data, Framing::chunked,
                                              Ending::clean,
                                              two_chunks + "9\r\ndata: thi\r\n0\r\n\r\n"},
                                         Case{"CleanDone", Cut::before_done, Framing::chunked,
                                              Ending::clean,
                                              two_chunks + third_chunk + "0\r\n\r\n"},
                                         Case{"LengthData", Cut::mid_data, Framing::length,
                                              Ending::fin, two_events + "data: thi"},
                                         Case{"CloseEvent", Cut::mid_event, Framing::close,
                                              Ending::fin, two_events + "data: third event\n"}),
                         [](const auto& tested) { return tested.param.name; });

TEST(WireImage, PromisesTheWholeLengthUnlessTheEndingIsClean) {
    const Reply reply = four_events();
    const Fault torn = cut_at(Cut::before_done, Framing::length, Ending::fin);
    const Fault clean = cut_at(Cut::before_done, Framing::length, Ending::clean);

    EXPECT_NE(bytes_of(make_wire_image(reply, torn)).find("content-length: 60\r\n"),
              std::string::npos);
    EXPECT_NE(bytes_of(make_wire_image(reply, clean)).find("content-length: 46\r\n"),
              std::string::npos);
}

TEST(WireImage, NeverCarriesTheTerminalEventOfACutStream) {
    for (const Cut cut : {Cut::before_head, Cut::mid_head, Cut::mid_chunk_size, Cut::mid_data,
                          Cut::mid_event, Cut::before_done}) {
        for (const Framing framing : {Framing::chunked, Framing::length, Framing::close}) {
            for (const Ending ending :
                 {Ending::fin, Ending::rst, Ending::tls_no_close_notify, Ending::clean}) {
                const WireImage image = make_wire_image(four_events(),
                                                        cut_at(cut, framing, ending));

                EXPECT_EQ(bytes_of(image).find("[DONE]"), std::string::npos);
                const bool may_stay_open = ending == Ending::clean && framing != Framing::close;
                EXPECT_TRUE(image.ending.has_value() || may_stay_open);
            }
        }
    }
}

TEST(WireImage, CanEndAfterAnyNumberOfBodyBytes) {
    const std::string whole = two_events + "data: third event\n\ndata: [DONE]\n\n";
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
        Fault fault = cut_at(Cut::after_bytes, Framing::close, Ending::fin);
        fault.after_bytes = bytes;
        EXPECT_EQ(body_of(make_wire_image(four_events(), fault)), whole.substr(0, bytes));
    }
}

}  // namespace
}  // namespace spillway_sim
