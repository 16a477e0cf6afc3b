#include "admin/host_rule.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(HostRule, AcceptsAddressesAndNamesNobodyCanRegister) {
    for (const char* host : {"", "127.0.0.1", "127.0.0.1:9091", "10.1.2.3:9091", "[::1]:9091",
                             "localhost", "LOCALHOST:9091", "gateway:9091", "a.localhost",
                             "spillway.default.svc.cluster.local:9091", "gw.corp.internal"}) {
        EXPECT_TRUE(is_own_host(host, {})) << host;
    }
}

TEST(HostRule, AcceptsNamesOfTheTable) {
    const std::vector<std::string> own = {"Gateway.example.com"};
    EXPECT_TRUE(is_own_host("gateway.EXAMPLE.com:9091", own));
    EXPECT_FALSE(is_own_host("evil.gateway.example.com", own));
    EXPECT_FALSE(is_own_host("gateway.example.com.evil.example", own));
}

TEST(HostRule, RefusesNamesAWebPageCouldHave) {
    for (const char* host :
         {"evil.example", "evil.example:9091", "127.0.0.1.evil.example", "localhost.evil.example",
          "a.local.evil.example", "evil.example.", "notlocal.notlocal", "1.2.3.4a.example"}) {
        EXPECT_FALSE(is_own_host(host, {})) << host;
    }
}

}  // namespace
}  // namespace spillway
