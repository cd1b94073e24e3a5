// kill -9 at random points of a loop of commits: afterwards the store opens, the version is the old
// one or the new one, whole, and what was not confirmed comes back on time.
//
// The loop runs in a child on the real store.  Before each commit it tells through a pipe what is
// in force and what it will commit; where the kill falls is random.  A kill leaves the kernel's
// page cache alive: what a power loss adds (writes that never reached the disk) rests on SQLite's
// synchronous FULL and is not tested here.
#include <array>
#include <chrono>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/config/config_world.h"

namespace vitrine::config {
namespace {

constexpr int kKills = 200;
constexpr int64_t kMinute = 60'000;
constexpr uint32_t kConfirmMinutes = 5;
constexpr int kPolicies = 250;

// What the child says before a commit.
struct Report {
  uint32_t version = 0;  // in force, as commit() returned it
  int policy = 0;        // its policy
  int next = 0;          // the policy to be committed
};

int policy_of(const Configuration& configuration) {
  for (int n = 0; n < kPolicies; ++n) {
    if (configuration == configuration_of(n)) {
      return n;
    }
  }
  return -1;
}

// Never returns.
[[noreturn]] void commit_for_ever(ConfigWorld& world, int reports, unsigned seed) {
  std::mt19937 random(seed);
  if (!world.start()) {
    _exit(2);
  }
  Report report{world.in_force().version, policy_of(world.in_force().configuration), 0};
  while (true) {
    report.next = (report.policy + 1 + static_cast<int>(random() % (kPolicies - 1))) % kPolicies;
    if (::write(reports, &report, sizeof report) != sizeof report) {
      _exit(3);
    }
    const bool to_confirm = random() % 2 == 0;
    const auto committed = world.commit(report.next, to_confirm ? kConfirmMinutes : 0);
    if (!committed || (to_confirm && !world.manager->confirm("ada"))) {
      _exit(4);
    }
    report = {*committed, report.next, 0};
  }
}

class CrashTest : public ::testing::Test {
 protected:
  // The last report of a child that was killed.
  Report run_and_kill(std::mt19937& random) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const auto seed = static_cast<unsigned>(random());
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      commit_for_ever(world_, ends[1], seed);
    }
    ::close(ends[1]);
    Report last;
    EXPECT_EQ(::read(ends[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
    ::kill(child, SIGKILL);
    int how = 0;
    ::waitpid(child, &how, 0);
    EXPECT_TRUE(WIFSIGNALED(how)) << "exit code " << WEXITSTATUS(how);
    Report report;
    while (::read(ends[0], &report, sizeof report) == static_cast<ssize_t>(sizeof report)) {
      last = report;
    }
    ::close(ends[0]);
    return last;
  }

  ConfigWorld world_;
};

TEST_F(CrashTest, KilledCommitsLeaveTheOldVersionOrTheNewOne) {
  std::mt19937 random(2026);
  int taken = 0;
  int unconfirmed = 0;
  int interrupted = 0;
  for (int i = 0; i < kKills; ++i) {
    const Report last = run_and_kill(random);
    if (::testing::Test::HasFailure()) {
      return;
    }
    uint32_t fallback = 0;
    {
      const auto store = Store::open(world_.path);
      ASSERT_TRUE(store) << store.status().to_string();
      const uint32_t active = (*store)->active();
      const auto configuration = (*store)->configuration(active);
      ASSERT_TRUE(configuration) << configuration.status().to_string();
      const bool is_new = active != last.version;
      ASSERT_EQ((*store)->row(is_new ? active : last.version)->from == last.version, is_new);
      ASSERT_EQ(policy_of(*configuration), is_new ? last.next : last.policy);
      taken += is_new ? 1 : 0;
      interrupted += *(*store)->next_number() == active + 1 ? 0 : 1;
      fallback = (*store)->unconfirmed() ? (*store)->unconfirmed()->fallback : 0;
    }
    if (fallback == 0) {
      ASSERT_TRUE(world_.start());
      continue;
    }
    ++unconfirmed;
    world_.applied.clear();
    const bool down_meanwhile = i % 2 == 0;
    if (down_meanwhile) {
      world_.clock.advance_ms(kConfirmMinutes * kMinute);
    }
    ASSERT_TRUE(world_.start());
    if (!down_meanwhile) {
      world_.clock.advance_ms(kConfirmMinutes * kMinute - 1);
      world_.manager->tick();
      ASSERT_EQ(world_.applied.size(), 1U) << "too early";
      world_.clock.advance_ms(1);
      world_.manager->tick();
    }
    ASSERT_EQ(world_.in_force().configuration, *world_.manager->configuration(fallback));
    ASSERT_EQ(world_.in_force().version, world_.manager->overview()->active.number);
  }
  RecordProperty("taken", taken);
  RecordProperty("unconfirmed", unconfirmed);
  RecordProperty("interrupted", interrupted);
  EXPECT_GT(taken, 5) << "some kills must come after the commit";
  EXPECT_LT(taken, kKills - 5) << "and some before";
  EXPECT_GT(unconfirmed, 5) << "the kills must fall into waiting commits, too";
  EXPECT_GT(interrupted, 0) << "and between the two steps of a commit";
}

}  // namespace
}  // namespace vitrine::config
