#include "app/port_check.hpp"

#include "support/scripted_server.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

AdminConfig admin_at(std::uint16_t port) {
    AdminConfig admin;
    admin.port = port;
    return admin;
}

std::string answer(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(PortCheck, FindsFreePortsAndForeignAddresses) {
    const PortCheck check(admin_at(0));

    EXPECT_EQ(check.admin(), PortState::free);
    EXPECT_EQ(check.listener("127.0.0.1", 0), PortState::free);
    EXPECT_EQ(check.listener("203.0.113.1", 0), PortState::foreign);
}

TEST(PortCheck, CallsAPortTakenThatAnotherProgramHas) {
    ScriptedServer other(answer("{}"));
    ScriptedServer web_server(answer("<html></html>"));
    const PortCheck check(admin_at(web_server.port()));

    EXPECT_EQ(check.admin(), PortState::taken);
    EXPECT_EQ(check.listener("127.0.0.1", other.port()), PortState::taken);
}

TEST(PortCheck, BelievesAGatewayWhatItListensOn) {
    ScriptedServer ours("");
    ScriptedServer other("");
    ScriptedServer admin(answer(R"({"listeners":[{"address":"127.0.0.1:)" +
                                std::to_string(ours.port()) + R"(","tls":false}]})"));
    const PortCheck check(admin_at(admin.port()));

    EXPECT_EQ(check.admin(), PortState::ours);
    EXPECT_EQ(check.listener("127.0.0.1", ours.port()), PortState::ours);
    EXPECT_EQ(check.listener("127.0.0.1", other.port()), PortState::taken);
}

TEST(PortCheck, SurvivesWhateverAnswersThere) {
    ScriptedServer other("");
    for (const char* strange :
         {R"({"listeners":[1,"x",{},{"address":7},{"address":"nowhere"}]})", R"({"listeners":[)"}) {
        ScriptedServer admin(answer(strange));
        const PortCheck check(admin_at(admin.port()));
        EXPECT_EQ(check.listener("127.0.0.1", other.port()), PortState::taken);
    }
}

}  // namespace
}  // namespace spillway
