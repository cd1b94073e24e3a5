#include "host/daemon/run_lock.h"

#include <gtest/gtest.h>

#include "tests/trust/test_pki.h"

namespace vitrine::daemon {
namespace {

TEST(RunLock, OneAtATime) {
  test::TempDir state;
  auto first = take_run_lock(state.path(), 0);
  ASSERT_TRUE(first) << first.status().to_string();
  const auto second = take_run_lock(state.path(), 0);
  EXPECT_EQ(second.status().code(), Code::kAlreadyExists);
  EXPECT_NE(second.status().message().find(state.path()), std::string::npos);
  first->reset();
  EXPECT_TRUE(take_run_lock(state.path(), 0));
}

TEST(RunLock, NeedsADirectory) {
  EXPECT_EQ(take_run_lock("/nonexistent", 0).status().code(), Code::kNotFound);
}

}  // namespace
}  // namespace vitrine::daemon
