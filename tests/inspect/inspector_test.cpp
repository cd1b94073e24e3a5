#include "host/inspect/inspector.h"

#include <gtest/gtest.h>

#include "tests/inspect/sink.h"

namespace vitrine::inspect {
namespace {

using test::deny;
using test::feed;
using State = Inspector::State;

TEST(InspectorTest, WithoutAlpnTheFirstBytesTell) {
  const struct {
    std::string_view first;
    State state;
  } cases[] = {{"GET / HTTP/1.1\r\n", State::kHttp},
               {"GE", State::kUndecided},
               {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", State::kHttp},
               {"PRI *", State::kUndecided},
               {"EHLO", State::kUndecided},
               {"a001 LOGIN", State::kOther},
               {"\x16\x03\x01", State::kOther},
               {"PRI x", State::kOther},
               {"AVERYLONGMETHODTHATNOBODYHASEVERUSED", State::kOther}};
  for (const auto& one : cases) {
    test::Sink sink;
    Inspector inspector("", sink, nullptr);
    feed(inspector, Side::kClient, one.first, 1);
    EXPECT_EQ(inspector.state(), one.state) << one.first;
  }
}

TEST(InspectorTest, OtherProtocolsAreLeftAlone) {
  test::Sink sink;
  Inspector imap("", sink, nullptr);
  feed(imap, Side::kServer, "* OK ready\r\n");
  EXPECT_EQ(imap.state(), State::kOther);
  Inspector named("imap", sink, nullptr);
  feed(named, Side::kClient, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(named.state(), State::kOther);
}

TEST(InspectorTest, RulesDecideOfOtherProtocolsToo) {
  test::Sink sink;
  test::Judge judge;
  Inspector allowed("imap", sink, &judge);
  feed(allowed, Side::kServer, "* OK");
  EXPECT_EQ(allowed.cleared(Side::kServer), 4U);
  judge.other = deny("http-only");
  Inspector denied("imap", sink, &judge);
  feed(denied, Side::kServer, "* OK");
  EXPECT_EQ(denied.state(), State::kBlocked);
  EXPECT_EQ(denied.rule(), "http-only");
  EXPECT_EQ(denied.cleared(Side::kServer), 0U);
}

TEST(InspectorTest, UndecidedBytesAreHeldUnderRules) {
  test::Sink sink;
  test::Judge judge;
  Inspector inspector("", sink, &judge);
  feed(inspector, Side::kClient, "GE");
  EXPECT_EQ(inspector.cleared(Side::kClient), 0U);
}

TEST(InspectorTest, ALossStopsIt) {
  test::Sink sink;
  Inspector inspector("http/1.1", sink, nullptr);
  feed(inspector, Side::kClient, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  inspector.lose("the tap lost a record");
  EXPECT_EQ(inspector.state(), State::kStopped);
  EXPECT_EQ(inspector.why(), "the tap lost a record");
  feed(inspector, Side::kServer, "HTTP/1.1 200 OK\r\n\r\n");
  inspector.finish();
  ASSERT_EQ(sink.all.size(), 1U);
  EXPECT_FALSE(sink.all[0].status.has_value());
}

}  // namespace
}  // namespace vitrine::inspect
