#include "host/daemon/options.h"

#include <gtest/gtest.h>

namespace vitrine::daemon {
namespace {

// With what is always required, but for what `words` say otherwise.
ParsedOptions parse(std::vector<const char*> words) {
  words.insert(words.begin(),
               {"vitrined", "--inside", "eth1", "--outside", "eth2", "--state", "/"});
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  ParsedOptions parsed = parse_options(static_cast<int>(words.size()), words.data());
  testing::internal::GetCapturedStdout();
  testing::internal::GetCapturedStderr();
  return parsed;
}

TEST(Options, DefaultsAreTheSafeOnes) {
  const ParsedOptions parsed = parse({});
  ASSERT_TRUE(parsed.run);
  EXPECT_EQ(parsed.options.inside, "eth1");
  EXPECT_EQ(parsed.options.outside, "eth2");
  EXPECT_EQ(parsed.options.state_dir, "/");
  EXPECT_EQ(parsed.options.fail_mode, FailMode::kClosed);
  EXPECT_TRUE(parsed.options.block_quic);
  EXPECT_TRUE(parsed.options.system_roots);
  EXPECT_TRUE(parsed.options.keylog_file.empty());
  EXPECT_TRUE(parsed.options.user.empty());
  EXPECT_FALSE(parsed.options.device_name.empty()) << "the host's name";
}

TEST(Options, EachOptionReachesItsField) {
  const ParsedOptions parsed = parse({"--fail",
                                      "open",
                                      "--block-quic",
                                      "false",
                                      "--offload",
                                      "off",
                                      "--max-flows",
                                      "1000",
                                      "--idle-timeout",
                                      "60",
                                      "--handshake-timeout",
                                      "3",
                                      "--drain-timeout",
                                      "0",
                                      "--user",
                                      "operator",
                                      "--name",
                                      "box",
                                      "--no-system-roots",
                                      "--no-resumption",
                                      "--bypass",
                                      "192.0.2.0/24",
                                      "--bypass",
                                      "2001:db8::1"});
  ASSERT_TRUE(parsed.run);
  const Options& options = parsed.options;
  EXPECT_EQ(options.fail_mode, FailMode::kOpen);
  EXPECT_FALSE(options.block_quic);
  EXPECT_FALSE(options.offload);
  EXPECT_EQ(options.max_flows, 1000U);
  EXPECT_EQ(options.idle_timeout_s, 60U);
  EXPECT_EQ(options.handshake_timeout_s, 3U);
  EXPECT_EQ(options.drain_timeout_s, 0U);
  EXPECT_EQ(options.user, "operator");
  EXPECT_EQ(options.device_name, "box");
  EXPECT_FALSE(options.system_roots);
  EXPECT_FALSE(options.resume_upstream);
  ASSERT_EQ(options.bypassed.size(), 2U);
  EXPECT_EQ(options.bypassed[0].to_string(), "192.0.2.0/24");
  EXPECT_TRUE(options.bypassed[1].contains(IpAddress::parse("2001:db8::1").value()));
}

TEST(Options, WhatMakesNoSenseIsWrongUsage) {
  const std::vector<std::vector<const char*>> wrong = {
      {"--bypass", "192.0.2.1/24"},  // host bits
      {"--bypass", "example.org"},
      {"--card", "xyz"},
      {"--fail", "maybe"},
      {"--max-flows", "1"},
      {"--idle-timeout", "0"},
      {"--handshake-timeout", "soon"},
      {"--log-level", "chatty"},
      {"--state", "/nonexistent"},
      {"--trust", "/nonexistent.pem"},
      {"--unknown"},
      {"surplus"},
  };
  for (const auto& words : wrong) {
    const ParsedOptions parsed = parse(words);
    EXPECT_FALSE(parsed.run) << words[0];
    EXPECT_EQ(parsed.exit_code, 2) << words[0];
  }
}

TEST(Options, BothPortsMustBeNamedAndDiffer) {
  const char* const same[] = {"vitrined", "--inside", "a", "--outside", "a", "--state", "/"};
  testing::internal::CaptureStderr();
  ParsedOptions parsed = parse_options(static_cast<int>(std::size(same)), same);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("two different interfaces"),
            std::string::npos);
  EXPECT_FALSE(parsed.run);
  EXPECT_EQ(parsed.exit_code, 2);
  const char* const missing[] = {"vitrined", "--inside", "a", "--state", "/"};
  testing::internal::CaptureStderr();
  parsed = parse_options(static_cast<int>(std::size(missing)), missing);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("--outside"), std::string::npos);
  EXPECT_EQ(parsed.exit_code, 2);
}

TEST(Options, HelpAndVersionAreNoErrors) {
  for (const char* word : {"--help", "--version"}) {
    const ParsedOptions parsed = parse({word});
    EXPECT_FALSE(parsed.run) << word;
    EXPECT_EQ(parsed.exit_code, 0) << word;
  }
}

}  // namespace
}  // namespace vitrine::daemon
