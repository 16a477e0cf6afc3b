#include "identity/caller_key.hpp"

#include "config/key_hash.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace spillway {
namespace {

TEST(CallerKey, IsKnownByItsOwnLineOnly) {
    Sha256 sha;
    const NewKey one = make_key("agents");
    const NewKey other = make_key("agents");

    EXPECT_EQ(one.key.reveal().substr(0, 12), "spk1_agents_");
    EXPECT_EQ(one.key.reveal().size(), 12U + 43U) << "256 bits";
    EXPECT_EQ(key_id(one.key.reveal(), sha), "agents");
    EXPECT_TRUE(is_key(one.key.reveal(), one.hash, sha));
    EXPECT_FALSE(is_key(other.key.reveal(), one.hash, sha));
    EXPECT_FALSE(is_key(one.key.reveal() + "A", one.hash, sha));
    EXPECT_FALSE(is_key("", one.hash, sha));
}

TEST(CallerKey, IsWrongWithAnyCharacterChanged) {
    Sha256 sha;
    const NewKey made = make_key("k");
    for (std::size_t i = 0; i < made.key.reveal().size(); ++i) {
        std::string changed = made.key.reveal();
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(is_key(changed, made.hash, sha)) << i;
    }
}

TEST(CallerKey, IsNeverMadeTwice) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(seen.insert(make_key("k").key.reveal()).second);
        const std::string id = make_key_id();
        EXPECT_TRUE(is_new_key_id(id)) << id;
        EXPECT_TRUE(seen.insert(id).second) << id;
    }
}

TEST(CallerKey, LineIsReadBackAsItWas) {
    const NewKey made = make_key("team-7");
    const auto read = parse_key_hash(format_key_hash(made.hash));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->id, "team-7");
    EXPECT_EQ(read->salt, made.hash.salt);
    EXPECT_EQ(read->digest, made.hash.digest);
    EXPECT_EQ(format_key_hash(made.hash).find('$'), std::string::npos) << "interpolation";
    EXPECT_EQ(format_key_hash(made.hash).find(made.key.reveal().substr(13)), std::string::npos);
}

TEST(CallerKey, OfSomebodyElseIsFoundByAPartOfItsHash) {
    Sha256 sha;
    for (const std::string key : {"sk-proj-0123456789abcdef0123", "spk1_agents_tooshort", "spk1__",
                                  "spk1_with.dot_0123456789012345678901234567890123456789012"}) {
        const KeyHash hash = hash_key(key);
        EXPECT_EQ(hash.id, key_id(key, sha));
        EXPECT_TRUE(hash.id.starts_with("x."));
        EXPECT_FALSE(is_new_key_id(hash.id)) << "no key of ours can have this id";
        EXPECT_TRUE(is_key_id(hash.id));
        EXPECT_TRUE(is_key(key, hash, sha));
    }
}

TEST(CallerKey, TwiceHashedHasTwoLines) {
    EXPECT_NE(hash_key("sk-proj-0123456789abcdef0123").digest,
              hash_key("sk-proj-0123456789abcdef0123").digest);
}

TEST(CallerKey, IsVisibleAndOfAUsableLength) {
    EXPECT_FALSE(is_usable_key(std::string(19, 'a')));
    EXPECT_TRUE(is_usable_key(std::string(20, 'a')));
    EXPECT_TRUE(is_usable_key(std::string(512, 'a')));
    EXPECT_FALSE(is_usable_key(std::string(513, 'a')));
    EXPECT_FALSE(is_usable_key("0123456789 0123456789"));
    EXPECT_FALSE(is_usable_key("0123456789\n0123456789"));
}

TEST(KeyHashLine, RefusesEverythingElseWithoutRepeatingIt) {
    const std::string line = format_key_hash(make_key("k").hash);
    for (const std::string& text :
         {std::string(""), std::string("spk1:"), line + "A", line + ":", line.substr(1),
          line.substr(0, line.size() - 1), "spk1::" + line.substr(7), "spk1:a_b" + line.substr(6),
          "spk1:" + std::string(33, 'a') + line.substr(6), make_key("k").key.reveal(),
          std::string("spk1:k:$$$:secretsecret")}) {
        const auto read = parse_key_hash(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ((read.error().message + read.error().suggestion).find("secretsecret"),
                  std::string::npos);
    }
}

}  // namespace
}  // namespace spillway
