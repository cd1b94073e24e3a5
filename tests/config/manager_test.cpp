// Commits, confirmations and rollbacks on a real store, with a clock that the test moves.
#include "host/config/manager.h"

#include <gtest/gtest.h>

#include "host/config/certificates.h"
#include "tests/config/config_world.h"
#include "tests/trust/test_pki.h"

namespace vitrine::config {
namespace {

constexpr int64_t kOneMinute = 60'000;

class ManagerTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(world_.start()); }
  Manager& manager() { return *world_.manager; }
  std::string comment_of(uint32_t version) { return manager().version(version)->comment; }

  ConfigWorld world_;
};

TEST_F(ManagerTest, FirstStartPutsTheInitialConfigurationInForceAsVersionOne) {
  ASSERT_EQ(world_.applied.size(), 1U);
  EXPECT_EQ(world_.in_force().version, 1U);
  EXPECT_EQ(world_.in_force().configuration, configuration_of(0));
  EXPECT_EQ(world_.in_force().rules.configuration_version, 1U);
  ASSERT_NE(world_.in_force().evaluator, nullptr);
  EXPECT_EQ(manager().overview()->active.origin, Origin::kInitial);
}

TEST_F(ManagerTest, NothingTakesEffectUntilItIsCommitted) {
  ASSERT_TRUE(manager().load(configuration_of(1), "ada"));
  EXPECT_EQ(world_.applied.size(), 1U);
  ASSERT_TRUE(world_.start());
  EXPECT_EQ(world_.in_force().configuration, configuration_of(0)) << "nor after a restart";
  EXPECT_EQ(manager().candidate()->configuration, configuration_of(1)) << "but it is kept";
  const auto committed = manager().commit({"ada", "why", 0});
  ASSERT_TRUE(committed) << committed.status().to_string();
  EXPECT_EQ(*committed, 2U);
  EXPECT_EQ(world_.in_force().version, 2U);
  EXPECT_EQ(world_.in_force().configuration, configuration_of(1));
  EXPECT_FALSE(manager().overview()->candidate.has_value());
}

TEST_F(ManagerTest, RestartPutsTheLastCommittedVersionInForce) {
  ASSERT_TRUE(world_.commit(1));
  ASSERT_TRUE(world_.start());
  EXPECT_EQ(world_.in_force().version, 2U);
  EXPECT_EQ(world_.in_force().configuration, configuration_of(1));
}

TEST_F(ManagerTest, CommitOfWhatIsInForceIsRefused) {
  EXPECT_EQ(manager().commit({"ada", "", 0}).status().code(), Code::kAlreadyExists);
  ASSERT_TRUE(manager().load(configuration_of(0), "ada"));
  EXPECT_EQ(manager().commit({"ada", "", 0}).status().code(), Code::kAlreadyExists);
}

TEST_F(ManagerTest, PolicyWithAnErrorLeavesTheOldVersionInForceAndSaysWhere) {
  ASSERT_TRUE(manager().load_policy("version: 1\ndecryptoin: []\n", {}, "ada"));
  const auto committed = manager().commit({"ada", "", 0});
  ASSERT_FALSE(committed);
  EXPECT_NE(committed.status().message().find("policy:2:1"), std::string::npos)
      << committed.status().message();
  EXPECT_EQ(world_.applied.size(), 1U);
  EXPECT_EQ(manager().overview()->active.number, 1U);
  EXPECT_TRUE(manager().overview()->candidate.has_value()) << "to be mended";
  EXPECT_EQ(manager().check()->active, nullptr);
}

TEST_F(ManagerTest, ApplianceThatRefusesLeavesTheOldVersionInForceAndItsNumberFree) {
  world_.refusal = Status(Code::kExhausted, "the card's table is full");
  const auto committed = world_.commit(1);
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.status().message(), "the card's table is full");
  EXPECT_EQ(manager().overview()->active.number, 1U);
  EXPECT_EQ(manager().history(10)->size(), 1U);
  world_.refusal = Status::ok();
  EXPECT_EQ(*manager().commit({"ada", "", 0}), 2U);
}

TEST_F(ManagerTest, UnconfirmedCommitComesBackOnTimeAndNotEarlier) {
  ASSERT_TRUE(world_.commit(1, 5));
  world_.clock.advance_ms(5 * kOneMinute - 1);
  manager().tick();
  EXPECT_EQ(world_.in_force().version, 2U);
  EXPECT_EQ(manager().overview()->confirm_left_ms, 1U);
  world_.clock.advance_ms(1);
  manager().tick();
  EXPECT_EQ(world_.in_force().version, 3U);
  EXPECT_EQ(world_.in_force().configuration, configuration_of(0));
  const Overview now = *manager().overview();
  EXPECT_EQ(now.active.origin, Origin::kExpiry);
  EXPECT_EQ(now.active.of, 1U);
  EXPECT_EQ(now.active.from, 2U);
  EXPECT_FALSE(now.unconfirmed.has_value());
  world_.clock.advance_ms(60 * kOneMinute);
  manager().tick();
  EXPECT_EQ(world_.in_force().version, 3U) << "once";
}

TEST_F(ManagerTest, ConfirmedCommitStays) {
  ASSERT_TRUE(world_.commit(1, 5));
  ASSERT_TRUE(manager().confirm("ada"));
  EXPECT_EQ(manager().confirm("ada").code(), Code::kNotFound);
  world_.clock.advance_ms(60 * kOneMinute);
  manager().tick();
  ASSERT_TRUE(world_.start());
  EXPECT_EQ(world_.in_force().version, 2U);
}

TEST_F(ManagerTest, UnconfirmedCommitComesBackAfterARestart) {
  ASSERT_TRUE(world_.commit(1, 5));
  world_.clock.advance_ms(2 * kOneMinute);
  ASSERT_TRUE(world_.start());
  EXPECT_EQ(world_.in_force().version, 2U) << "there is time left";
  world_.clock.advance_ms(3 * kOneMinute - 1);
  manager().tick();
  EXPECT_EQ(world_.in_force().version, 2U);
  world_.clock.advance_ms(1);
  manager().tick();
  EXPECT_EQ(world_.in_force().configuration, configuration_of(0));
}

TEST_F(ManagerTest, OverdueCommitIsNeverPutInForceAtStart) {
  ASSERT_TRUE(world_.commit(1, 5));
  world_.applied.clear();
  world_.clock.advance_ms(5 * kOneMinute);
  ASSERT_TRUE(world_.start());
  ASSERT_EQ(world_.applied.size(), 1U);
  EXPECT_EQ(world_.in_force().version, 3U);
  EXPECT_EQ(world_.in_force().configuration, configuration_of(0));
}

TEST_F(ManagerTest, ClockBeforeTheCommitCountsAsOverdue) {
  ASSERT_TRUE(world_.commit(1, 5));
  world_.clock.set_wall_ms(0);  // a power loss, and no battery
  ASSERT_TRUE(world_.start());
  EXPECT_EQ(world_.in_force().configuration, configuration_of(0));
}

TEST_F(ManagerTest, StepOfTheWallClockNeitherHastensNorDelaysAConfirmation) {
  ASSERT_TRUE(world_.commit(1, 5));
  world_.clock.set_wall_ms(world_.clock.wall_ms() + 1000 * kOneMinute);
  manager().tick();
  EXPECT_EQ(world_.in_force().version, 2U);
  world_.clock.set_wall_ms(0);
  world_.clock.advance_ms(5 * kOneMinute);
  manager().tick();
  EXPECT_EQ(world_.in_force().version, 3U);
}

TEST_F(ManagerTest, TakingBackThatFailsIsTriedAgain) {
  ASSERT_TRUE(world_.commit(1, 5));
  world_.refusal = Status(Code::kUnavailable, "the card does not answer");
  world_.clock.advance_ms(5 * kOneMinute);
  manager().tick();
  EXPECT_EQ(manager().overview()->active.number, 2U);
  world_.refusal = Status::ok();
  world_.clock.advance_ms(10'000);
  manager().tick();
  EXPECT_EQ(world_.in_force().configuration, configuration_of(0));
}

TEST_F(ManagerTest, WhileOneWaitsAnotherCommitIsRefusedAndRollbackIsNot) {
  ASSERT_TRUE(world_.commit(1, 5));
  EXPECT_EQ(world_.commit(2).status().code(), Code::kAlreadyExists);
  ASSERT_TRUE(manager().rollback(1, {"ada", "no", 0}));
  EXPECT_EQ(world_.in_force().configuration, configuration_of(0));
  EXPECT_FALSE(manager().overview()->unconfirmed.has_value());
}

TEST_F(ManagerTest, RollbackToBeConfirmedFallsBackToWhatWasConfirmed) {
  ASSERT_TRUE(world_.commit(1));     // 2
  ASSERT_TRUE(world_.commit(2, 5));  // 3, waits
  ASSERT_TRUE(manager().rollback(1, {"ada", "", 5}));
  world_.clock.advance_ms(5 * kOneMinute);
  manager().tick();
  EXPECT_EQ(world_.in_force().configuration, configuration_of(1)) << "not to version 3";
}

TEST_F(ManagerTest, RollbackIsAVersionOfItsOwnAndKeepsTheCandidate) {
  ASSERT_TRUE(world_.commit(1));
  ASSERT_TRUE(manager().load(configuration_of(7), "ada"));
  const auto back = manager().rollback(1, {"grace", "the bank called", 0});
  ASSERT_TRUE(back) << back.status().to_string();
  EXPECT_EQ(*back, 3U);
  EXPECT_EQ(world_.in_force().configuration, configuration_of(0));
  EXPECT_EQ(manager().candidate()->configuration, configuration_of(7));
  const auto history = manager().history(10);
  ASSERT_EQ(history->size(), 3U);
  EXPECT_EQ(history->front().origin, Origin::kRollback);
  EXPECT_EQ(history->front().user, "grace");
  EXPECT_EQ(history->front().of, 1U);
  EXPECT_EQ(comment_of(3), "the bank called");
  EXPECT_EQ(manager().rollback(99, {"ada", "", 0}).status().code(), Code::kNotFound);
  EXPECT_EQ(manager().rollback(3, {"ada", "", 0}).status().code(), Code::kAlreadyExists);
}

TEST_F(ManagerTest, RulesGoAboveOthersInTheCandidate) {
  ASSERT_TRUE(manager().insert_rule({.list = "decryption",
                                     .place = policy::Place::kAbove,
                                     .anchor = "decrypt-all",
                                     .rule = "name: lab\naction: do-not-decrypt\n"},
                                    "ada"));
  const std::string text = manager().candidate()->configuration.policy;
  EXPECT_LT(text.find("bank"), text.find("lab"));
  EXPECT_LT(text.find("lab"), text.find("decrypt-all"));
  ASSERT_TRUE(manager().remove_rule("decryption", "lab", "ada"));
  EXPECT_EQ(manager().candidate()->configuration, configuration_of(0));
  EXPECT_FALSE(manager().remove_rule("decryption", "lab", "ada"));
}

TEST_F(ManagerTest, EditOfAnOldRevisionIsRefused) {
  const auto first = manager().load(configuration_of(1), "ada");
  ASSERT_TRUE(manager().load(configuration_of(2), "grace", *first));
  const auto late = manager().load(configuration_of(3), "ada", *first);
  EXPECT_EQ(late.status().code(), Code::kAlreadyExists);
  EXPECT_EQ(manager().candidate()->configuration, configuration_of(2));
  EXPECT_EQ(manager().overview()->candidate->user, "grace");
}

TEST_F(ManagerTest, DiscardForgetsTheEdits) {
  ASSERT_TRUE(manager().load(configuration_of(1), "ada"));
  ASSERT_TRUE(manager().discard_candidate());
  EXPECT_EQ(manager().candidate()->configuration, configuration_of(0));
  EXPECT_EQ(*manager().diff(1, std::nullopt), "");
}

TEST_F(ManagerTest, DiffShowsWhatACommitWouldChange) {
  Configuration next = configuration_of(1);
  next.files["users.txt"] = "10.0.0.1 ada\n";
  ASSERT_TRUE(manager().load(next, "ada"));
  const auto diff = manager().diff(1, std::nullopt);
  ASSERT_TRUE(diff);
  EXPECT_NE(diff->find("-    destination: 192.0.0.0/24\n+    destination: 192.0.1.0/24\n"),
            std::string::npos)
      << *diff;
  EXPECT_NE(diff->find("+++ candidate/files/users.txt\n"), std::string::npos);
  EXPECT_EQ(manager().diff(1, 9).status().code(), Code::kNotFound);
}

TEST_F(ManagerTest, FilesThatThePolicyNamesComeWithIt) {
  const std::string text =
      "version: 1\ncategories: categories.txt\ndecryption:\n"
      "  - {name: banks, category: banking, action: do-not-decrypt}\n";
  ASSERT_TRUE(manager().load_policy(text, {}, "ada"));
  EXPECT_FALSE(manager().commit({"ada", "", 0})) << "the file is missing";
  ASSERT_TRUE(manager().load_policy(text, {{"categories.txt", "banking .bank.example\n"}}, "ada"));
  const auto committed = manager().commit({"ada", "", 0});
  EXPECT_TRUE(committed) << committed.status().to_string();
}

TEST_F(ManagerTest, CertificatesAreCommittedWithTheRest) {
  const test::TestCert first = test::CertBuilder("/CN=first").self_signed();
  const auto added = manager().add_certificates(as_bytes(first.pem()), "ada");
  ASSERT_TRUE(added) << added.status().to_string();
  ASSERT_EQ(added->size(), 1U);
  EXPECT_TRUE(world_.in_force().configuration.certificates.empty());
  EXPECT_EQ(manager().add_certificates(as_bytes(first.pem()), "ada").status().code(),
            Code::kAlreadyExists);
  EXPECT_FALSE(manager().add_certificates(as_bytes("garbage"), "ada"));
  ASSERT_TRUE(manager().commit({"ada", "", 0}));
  EXPECT_TRUE(world_.in_force().configuration.certificates.contains(added->front()));
  EXPECT_EQ(manager().remove_certificate("0123", "ada").code(), Code::kNotFound);
  ASSERT_TRUE(manager().remove_certificate(added->front().substr(0, 8), "ada"));
  EXPECT_TRUE(manager().candidate()->configuration.certificates.empty());
}

TEST_F(ManagerTest, CertificateThatIsNotWhatItsIdSaysIsNoConfiguration) {
  Configuration next = configuration_of(1);
  next.certificates[std::string(64, 'a')] = test::CertBuilder("/CN=x").self_signed().pem();
  ASSERT_TRUE(manager().load(next, "ada"));
  EXPECT_FALSE(manager().commit({"ada", "", 0}));
  EXPECT_EQ(world_.applied.size(), 1U);
}

TEST_F(ManagerTest, StoreThatNoLongerCompilesStopsTheStart) {
  world_.refusal = Status(Code::kUnsupported, "no such card");
  const Status started = world_.start();
  EXPECT_FALSE(started);
  EXPECT_NE(started.message().find("version 1"), std::string::npos) << started.message();
}

TEST_F(ManagerTest, EveryChangeIsTold) {
  auto hub = events::EventHub::open({.state_dir = world_.folder.path().string()}, world_.clock);
  ASSERT_TRUE(hub);
  world_.hub = hub->get();
  ASSERT_TRUE(world_.start());
  ASSERT_TRUE(world_.commit(1, 5));
  ASSERT_TRUE(manager().confirm("grace"));
  world_.refusal = Status(Code::kExhausted, "full");
  EXPECT_FALSE(world_.commit(2));
  (*hub)->flush();
  const auto told = (*hub)->query({});
  ASSERT_TRUE(told);
  ASSERT_EQ(told->size(), 3U);
  const events::Event& commit = (*told)[0];
  EXPECT_EQ(commit.type, events::EventType::kConfigurationChange);
  EXPECT_EQ(commit.source.user, "ada");
  EXPECT_EQ(commit.transaction.configuration_version, 2U);
  EXPECT_EQ(commit.inspection.message,
            "configuration version 1 -> 2: committed, to be confirmed within 5 min (policy 1)");
  EXPECT_EQ((*told)[1].source.user, "grace");
  EXPECT_EQ((*told)[2].transaction.configuration_version, 2U);
  EXPECT_EQ((*told)[2].inspection.message,
            "configuration version 3 could not be put in force: full");
}

TEST(ReplaceTrusted, StoreTrustsWhatTheVersionHoldsAndNothingOfTheOneBefore) {
  const auto read = [](const test::TestCert& certificate) {
    return *read_certificates(as_bytes(certificate.pem()));
  };
  const TemporaryFolder folder;
  trust::TrustOptions options;
  options.state_dir = folder.path().string();
  options.system_bundle.reset();
  auto store = trust::TrustStore::open(options);
  ASSERT_TRUE(store);
  const test::TestCert by_hand = test::CertBuilder("/CN=hand").self_signed();
  ASSERT_TRUE((*store)->import(as_bytes(by_hand.pem())));
  const Certificates one = read(test::CertBuilder("/CN=one").self_signed());
  Certificates two = read(test::CertBuilder("/CN=two").ca().self_signed());
  ASSERT_TRUE(replace_trusted(**store, {}, one));
  EXPECT_EQ((*store)->list().size(), 2U);
  ASSERT_TRUE(replace_trusted(**store, one, two));
  EXPECT_EQ((*store)->list().size(), 2U);
  two.emplace(std::string(64, '0'), "garbage");
  EXPECT_FALSE(replace_trusted(**store, two, [&] {
    Certificates bad = one;
    bad.emplace(std::string(64, '1'), "garbage");
    return bad;
  }()));
  EXPECT_EQ((*store)->list().size(), 2U) << "as it was";
  store = trust::TrustStore::open(options);
  ASSERT_EQ((*store)->list().size(), 1U) << "the configuration is where they last";
  EXPECT_EQ((*store)->list().front().subject, "/CN=hand");
  const Certificates hand = read(by_hand);
  ASSERT_TRUE(replace_trusted(**store, {}, hand));
  ASSERT_TRUE(replace_trusted(**store, hand, {}));
  EXPECT_EQ((*store)->list().size(), 1U) << "what lies there by hand stays";
}

}  // namespace
}  // namespace vitrine::config
