#include "identity/admin_token.hpp"

#include "support/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <string>

namespace spillway {
namespace {

AdminToken token(const std::string& text) {
    return AdminToken({SecretSource::Kind::literal, Secret(text), {}, {}});
}

TEST(AdminToken, IsNotAskedForWhenTheTableHasNone) {
    EXPECT_FALSE(AdminToken(SecretSource{}).is_wanted());
    EXPECT_TRUE(token("open").is_wanted());
}

TEST(AdminToken, IsShownAsBearerOrAsPassword) {
    const AdminToken wanted = token("open:sesame");
    EXPECT_TRUE(wanted.is_shown_by("Bearer open:sesame"));
    EXPECT_TRUE(wanted.is_shown_by("bearer   open:sesame"));
    EXPECT_TRUE(wanted.is_shown_by("Basic YW55Ym9keTpvcGVuOnNlc2FtZQ=="));  // anybody:open:sesame
    EXPECT_TRUE(wanted.is_shown_by("Basic Om9wZW46c2VzYW1l"));              // :open:sesame
}

TEST(AdminToken, IsNotShownByAnythingElse) {
    const AdminToken wanted = token("open");
    for (const char* field :
         {"", " ", "open", "Bearer", "Bearer ", "Bearer ope", "Bearer openn", "Bearer Open",
          "Bearer open ", "Digest open", "Basic", "Basic open", "Basic b3Blbg==", "Basic b3Blbjo=",
          "Basic ====", "Basic =", "Basic YTpvcGVu=", "Basic YTpv\xFFGVu"}) {
        EXPECT_FALSE(wanted.is_shown_by(field)) << field;
    }
    EXPECT_TRUE(wanted.is_shown_by("Basic YTpvcGVu"));  // a:open
}

TEST(AdminToken, AdmitsNobodyWhileItsFileCannotBeRead) {
    const ScratchFolder folder;
    const std::string path = folder.file("token");
    const AdminToken wanted({SecretSource::Kind::file, {}, {}, path});
    EXPECT_FALSE(wanted.is_shown_by("Bearer "));
    std::ofstream(path) << "first\n";
    EXPECT_TRUE(wanted.is_shown_by("Bearer first"));
    std::ofstream(path) << "second";
    EXPECT_FALSE(wanted.is_shown_by("Bearer first"));
    EXPECT_TRUE(wanted.is_shown_by("Bearer second"));
    ::unlink(path.c_str());
    EXPECT_FALSE(wanted.is_shown_by("Bearer second"));
    EXPECT_FALSE(wanted.is_shown_by("Bearer "));
    EXPECT_FALSE(wanted.is_shown_by("Basic Og=="));
}

}  // namespace
}  // namespace spillway
