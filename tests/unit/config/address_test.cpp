#include "config/address.hpp"
#include "config/endpoint.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

std::string listen(std::string_view text) {
    const auto address = parse_listen_address(text);
    return address ? address->host + " " + std::to_string(address->port) : "refused";
}

TEST(ListenAddress, IsAnAddressAndAPort) {
    EXPECT_EQ(listen("0.0.0.0:8080"), "0.0.0.0 8080");
    EXPECT_EQ(listen("[::]:8080"), ":: 8080");
    EXPECT_EQ(listen("localhost:0"), "127.0.0.1 0");
}

TEST(ListenAddress, HasNoOtherForm) {
    for (const char* text : {"8080", ":8080", "*:8080", "0.0.0.0", "0.0.0.0:", "0.0.0.0:65536",
                             "0.0.0.0:80x", "::1:8080", "[::1]8080", "[::1:8080", "host:8080",
                             "0.0.0.0:+80", "1.2.3:80", "[1.2.3.4]:80", ""}) {
        EXPECT_EQ(listen(text), "refused") << text;
    }
}

std::string endpoint(std::string_view text) {
    const auto parsed = parse_endpoint(text);
    return parsed ? endpoint_url(*parsed, parsed->path) : "refused";
}

TEST(EndpointUrl, IsTakenApartAndLosesItsLastSlash) {
    const auto parsed = parse_endpoint("https://ACME.openai.azure.com:8443/prod/v1/");
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->tls);
    EXPECT_EQ(parsed->host, "acme.openai.azure.com");
    EXPECT_EQ(parsed->port, 8443);
    EXPECT_EQ(parsed->path, "/prod/v1");
    EXPECT_EQ(endpoint("http://[::1]:9001"), "http://[::1]:9001");
    EXPECT_EQ(endpoint("https://acme.openai.azure.com/"), "https://acme.openai.azure.com");
}

TEST(EndpointUrl, HasNothingButHostAndPath) {
    for (const char* text : {"acme.openai.azure.com", "ftp://acme.com", "https://", "https:///v1",
                             "https://a b", "https://acme.com?x=1", "https://acme.com#x",
                             "https://user@acme.com", "https://acme.com:0", "https://acme.com:http",
                             "https://acme..com", "https://acme.com/a b", "https://a\\b",
                             "https://acme.com/\"", "https://[::1", "https://256.1.1.1"}) {
        EXPECT_EQ(endpoint(text), "refused") << text;
    }
}

TEST(EndpointUrl, NeverPointsAtTheCloudsOwnServices) {
    for (const char* host :
         {"169.254.169.254", "169.254.0.1", "168.63.129.16", "100.100.100.200", "192.0.0.192",
          "metadata.google.internal", "METADATA.google.internal", "[fd00:ec2::254]", "[fe80::1]",
          "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "2852039166", "0xA9FEA9FE",
          "0251.0376.0251.0376", "169.254.43518", "metadata.google.internal."}) {
        EXPECT_EQ(endpoint("http://" + std::string(host)), "refused") << host;
        EXPECT_FALSE(parse_dial_address(std::string(host) + ":80")) << host;
    }
    EXPECT_EQ(endpoint("http://169.253.1.1"), "http://169.253.1.1");
}

std::string base(std::string_view url, ResourceKind kind) {
    const auto complaint = refuse_path(*parse_endpoint(url), kind);
    return complaint ? complaint->suggestion : "fine";
}

TEST(EndpointPath, LeavesOutWhatTheGatewayAdds) {
    EXPECT_EQ(base("https://a.com/openai", ResourceKind::azure), "write https://a.com");
    EXPECT_EQ(base("https://a.com/openai/v1", ResourceKind::azure_v1), "write https://a.com");
    EXPECT_EQ(base("https://a.com/x/openai/deployments/d", ResourceKind::azure),
              "write https://a.com/x");
    EXPECT_EQ(base("https://a.com:8443/v1/chat/completions", ResourceKind::openai),
              "write https://a.com:8443/v1");
}

TEST(EndpointPath, MayStandInFrontOfTheOperations) {
    EXPECT_EQ(base("https://a.com/v1", ResourceKind::openai), "fine");
    EXPECT_EQ(base("https://a.com/openai/v1", ResourceKind::openai), "fine");
    EXPECT_EQ(base("https://apim.a.com/prod", ResourceKind::azure), "fine");
    EXPECT_EQ(base("https://a.com", ResourceKind::azure), "fine");
}

TEST(Loopback, IsThisMachineAndNothingElse) {
    for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "::1", "LOCALHOST"}) {
        EXPECT_TRUE(is_loopback(host)) << host;
    }
    for (const char* host : {"0.0.0.0", "::", "128.0.0.1", "acme.com", "localhost.acme.com", ""}) {
        EXPECT_FALSE(is_loopback(host)) << host;
    }
}

}  // namespace
}  // namespace spillway
