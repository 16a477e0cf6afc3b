#include "wire/caller_credentials.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace spillway {
namespace {

std::string found(std::string_view target, std::string_view fields) {
    const std::string bytes = "GET " + std::string{target} + " HTTP/1.1\r\nHost: a\r\n" +
                              std::string{fields} + "\r\n";
    RequestHead head;
    HeadScanner scanner{HeadLimits{}};
    EXPECT_EQ(scanner.request(bytes, head), HeadState::complete) << bytes;
    constexpr std::string_view letters = "bk?";
    std::string text;
    const auto credentials = CallerCredentials::of(head, "x-team-key");
    for (const CallerCredential& one : credentials.all()) {
        text += letters[static_cast<std::size_t>(one.form)];
        text.append(":").append(one.text).append(" ");
    }
    return text;
}

TEST(CallerCredentials, AreFoundInEveryForm) {
    EXPECT_EQ(found("/", ""), "");
    EXPECT_EQ(found("/", "Authorization: Bearer k1\r\n"), "b:k1 ");
    EXPECT_EQ(found("/", "authorization: bearer   k1 \r\n"), "b:k1 ");
    EXPECT_EQ(found("/", "Api-Key: k2\r\n"), "k:k2 ");
    EXPECT_EQ(found("/", "x-api-key: k3\r\n"), "k:k3 ");
    EXPECT_EQ(found("/", "Ocp-Apim-Subscription-Key: k4\r\n"), "k:k4 ");
    EXPECT_EQ(found("/", "X-Team-Key: k6\r\n"), "k:k6 ");
    EXPECT_EQ(found("/?api-version=x&api-key=k5", ""), "k:k5 ");
}

TEST(CallerCredentials, AreAllShownInOneOrder) {
    EXPECT_EQ(found("/?api-key=k5",
                    "api-key: k2\r\nx-team-key: k6\r\nAuthorization: Bearer k1\r\n"),
              "b:k1 k:k6 k:k2 k:k5 ");
}

TEST(CallerCredentials, ShowTheSameTextOnce) {
    EXPECT_EQ(found("/?api-key=k1", "api-key: k1\r\nAuthorization: Bearer k1\r\n"), "b:k1 ");
}

TEST(CallerCredentials, ShowWhatCannotBeRight) {
    EXPECT_EQ(found("/", "Authorization: Basic k1\r\nx-api-key: k3\r\n"), "?: k:k3 ");
    EXPECT_EQ(found("/", "Authorization: Bearer\r\n"), "?: ");
    EXPECT_EQ(found("/", "api-key:\r\n"), "?: ");
    EXPECT_EQ(found("/", "Authorization: Bearer k1\r\nAuthorization: Bearer k2\r\n"), "b:k1 b:k2 ");
}

TEST(CallerCredentials, EndWithAWrongOneWhenThereAreTooMany) {
    std::string fields;
    for (int i = 0; i < 20; ++i) { fields += "api-key: k" + std::to_string(i) + "\r\n"; }

    EXPECT_EQ(found("/", fields), "k:k0 k:k1 k:k2 k:k3 k:k4 k:k5 k:k6 ?: ");
}

}  // namespace
}  // namespace spillway
