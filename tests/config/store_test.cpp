// The store on damaged files, and how much of it is kept.
#include "host/config/store.h"

#include <gtest/gtest.h>

#include "tests/config/config_world.h"

namespace vitrine::config {
namespace {

VersionRow row_of(uint32_t number) {
  VersionRow row;
  row.number = number;
  row.from = number - 1;
  row.user = "ada";
  return row;
}

void put(Store& store, uint32_t number, const Configuration& configuration) {
  ASSERT_TRUE(store.reserve(row_of(number), configuration));
  ASSERT_TRUE(store.activate(number, std::nullopt, true));
}

TEST(ConfigStore, EmptyStoreHasNothingInForce) {
  const TemporaryFolder folder;
  const auto store = Store::open(folder.file("c.db"));
  ASSERT_TRUE(store) << store.status().to_string();
  EXPECT_EQ((*store)->active(), 0U);
  EXPECT_EQ(*(*store)->next_number(), 1U);
  EXPECT_FALSE((*store)->candidate()->has_value());
  EXPECT_EQ((*store)->row(1).status().code(), Code::kNotFound);
}

TEST(ConfigStore, ReservedNumberIsNotInForceAndNotGivenAgain) {
  const TemporaryFolder folder;
  auto store = Store::open(folder.file("c.db"));
  put(**store, 1, configuration_of(1));
  ASSERT_TRUE((*store)->reserve(row_of(2), configuration_of(2)));
  store = Store::open(folder.file("c.db"));  // as after a crash
  EXPECT_EQ((*store)->active(), 1U);
  EXPECT_EQ(*(*store)->next_number(), 3U);
  EXPECT_FALSE((*store)->row(2)->was_in_force);
}

TEST(ConfigStore, WithdrawnNumberIsGivenAgain) {
  const TemporaryFolder folder;
  auto store = Store::open(folder.file("c.db"));
  put(**store, 1, configuration_of(1));
  ASSERT_TRUE((*store)->reserve(row_of(2), configuration_of(2)));
  ASSERT_TRUE((*store)->withdraw(2));
  EXPECT_EQ(*(*store)->next_number(), 2U);
  EXPECT_EQ((*store)->history(10)->size(), 1U);
}

TEST(ConfigStore, FileThatIsNoDatabaseIsAnError) {
  const TemporaryFolder folder;
  write_contents(folder.path() / "c.db", std::string(8192, 'x'));
  const auto store = Store::open(folder.file("c.db"));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.status().code(), Code::kMalformed);
  EXPECT_NE(store.status().message().find("c.db"), std::string::npos);
}

// Any page overwritten: an error, or all that is in force is as it was; never something else.
TEST(ConfigStore, DamagedFileNeverGivesAnotherConfiguration) {
  const TemporaryFolder folder;
  const std::string path = folder.file("c.db");
  {
    auto store = Store::open(path);
    put(**store, 1, configuration_of(1));
    put(**store, 2, configuration_of(2));
  }
  const std::string whole = contents_of(path);
  ASSERT_GT(whole.size(), 4096U);
  size_t refused = 0;
  for (size_t at = 0; at < whole.size(); at += 192) {
    std::string damaged = whole;
    damaged.replace(at, 64, std::string(64, '\x5a'));
    write_contents(path, damaged);
    for (const char* suffix : {"-wal", "-shm"}) {
      std::filesystem::remove(path + suffix);
    }
    const auto store = Store::open(path);
    if (!store) {
      ++refused;
      continue;
    }
    if ((*store)->active() != 0) {
      const auto found = (*store)->configuration((*store)->active());
      ASSERT_TRUE(found) << "checked at open";
      EXPECT_EQ(*found, configuration_of(static_cast<int>((*store)->active())));
    }
  }
  EXPECT_GT(refused, 3U);
}

TEST(ConfigStore, TextWithoutItsDigestIsAnError) {
  const TemporaryFolder folder;
  const std::string path = folder.file("c.db");
  put(**Store::open(path), 1, configuration_of(1));
  auto database = events::Database::open(path);
  ASSERT_TRUE(database->execute("UPDATE version SET body = replace(body, '192.0.1', '192.0.9')"));
  const auto store = Store::open(path);
  EXPECT_EQ(store.status().code(), Code::kMalformed);
  EXPECT_NE(store.status().message().find("version 1"), std::string::npos)
      << store.status().message();
}

TEST(ConfigStore, StoreOfALaterReleaseIsRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.file("c.db");
  ASSERT_TRUE(Store::open(path));
  auto database = events::Database::open(path);
  ASSERT_TRUE(database->execute("PRAGMA user_version = 99"));
  EXPECT_EQ(Store::open(path).status().code(), Code::kUnsupported);
}

TEST(ConfigStore, OldestVersionsArePrunedButNotWhatIsInForce) {
  const TemporaryFolder folder;
  auto store = Store::open(folder.file("c.db"), {.versions = 5});
  for (uint32_t number = 1; number <= 5; ++number) {
    put(**store, number, configuration_of(1));
  }
  EXPECT_TRUE((*store)->row(1)) << "five are kept";
  put(**store, 6, configuration_of(1));
  EXPECT_EQ((*store)->row(1).status().code(), Code::kNotFound);
  EXPECT_TRUE((*store)->row(2));
  EXPECT_EQ((*store)->history(1000)->size(), 5U);
  store = Store::open(folder.file("c.db"), {.versions = 1});
  ASSERT_TRUE((*store)->reserve(row_of(7), configuration_of(1)));
  ASSERT_TRUE((*store)->activate(7, Unconfirmed{4, 1, 2}, true));
  EXPECT_TRUE((*store)->row(7));
  EXPECT_TRUE((*store)->row(4)) << "it may have to come back";
  EXPECT_EQ((*store)->history(1000)->size(), 2U);
}

TEST(ConfigStore, VersionsArePrunedBySizeToo) {
  const TemporaryFolder folder;
  auto store = Store::open(folder.file("c.db"), {.bytes = 1000});
  Configuration large = configuration_of(1);
  large.policy.resize(600, '#');
  put(**store, 1, large);
  put(**store, 2, large);
  EXPECT_EQ((*store)->history(1000)->size(), 1U);
  EXPECT_TRUE((*store)->row(2));
}

TEST(Configuration, JsonIsReadBackAndItsLimitsHold) {
  Configuration full = configuration_of(1);
  full.files["users.txt"] = "10.0.0.1 ada\n";
  full.certificates[std::string(64, 'a')] = "PEM";
  const auto read = configuration_from_text(boost::json::serialize(to_json(full)));
  ASSERT_TRUE(read) << read.status().to_string();
  EXPECT_EQ(*read, full);
  for (const char* bad :
       {"", "[]", "{}", R"({"policy": "x"})", R"({"vitrine_configuration": 2, "policy": ""})",
        R"({"vitrine_configuration": 1, "policy": 7})",
        R"({"vitrine_configuration": 1, "policy": "", "extra": 1})",
        R"({"vitrine_configuration": 1, "policy": "", "files": {"../etc/passwd": ""}})",
        R"({"vitrine_configuration": 1, "policy": "", "files": {"/etc/passwd": ""}})",
        R"({"vitrine_configuration": 1, "policy": "", "files": {"a": 1}})",
        R"({"vitrine_configuration": 1, "policy": "", "certificates": {"AB": ""}})"}) {
    EXPECT_FALSE(configuration_from_text(bad)) << bad;
  }
  Configuration large = full;
  large.policy.assign(kMaxPolicyBytes + 1, ' ');
  EXPECT_EQ(check_limits(large).code(), Code::kExhausted);
  large = full;
  for (size_t i = 0; i <= kMaxFiles; ++i) {
    large.files["f" + std::to_string(i)] = "";
  }
  EXPECT_EQ(check_limits(large).code(), Code::kExhausted);
  large = full;
  for (int i = 0; i < 4; ++i) {
    large.files["f" + std::to_string(i)].assign(kMaxFileBytes, ' ');
  }
  EXPECT_EQ(check_limits(large).code(), Code::kExhausted) << "all together";
}

}  // namespace
}  // namespace vitrine::config
