#include "host/api/json.h"

#include <gtest/gtest.h>

#include "tests/api/fake_backend.h"

namespace vitrine::api {
namespace {

namespace json = boost::json;

TEST(ApiJson, StatusHasEveryFigure) {
  FakeBackend backend;
  const json::value status = to_json(backend.status(), {10, 1, 2, 9});
  EXPECT_EQ(status.at("version"), "0.1.0");
  EXPECT_EQ(status.at("card").at("kind"), "soft");
  EXPECT_EQ(status.at("card").at("running"), true);
  EXPECT_EQ(status.at("card").at("fail"), "closed");
  EXPECT_EQ(status.at("flows").at("spliced"), 1);
  EXPECT_EQ(status.at("flows").at("bypassed"), 2);
  EXPECT_EQ(status.at("handshakes").at("failed"), 3);
  EXPECT_EQ(status.at("handovers").at("retried"), 2);
  EXPECT_EQ(status.at("relay_reasons").at(0).at("value"), 20);
  EXPECT_EQ(status.at("events").at("stored"), 9);
  EXPECT_EQ(status.at("events").at("lost"), 1);
}

TEST(ApiJson, CountersHaveEveryReasonAndTheBalance) {
  FakeBackend backend;
  const json::value counters = to_json(backend.counters());
  const json::array& dropped = counters.at("card").at("dropped").as_array();
  ASSERT_EQ(dropped.size(), card::kDropReasons);
  const auto bad_record = static_cast<size_t>(card::DropReason::kBadRecord);
  EXPECT_EQ(dropped[bad_record].at("name"), "bad_record");
  EXPECT_EQ(dropped[bad_record].at("value"), 3);
  EXPECT_EQ(dropped[bad_record].at("text"), "a record's tag did not verify");
  EXPECT_EQ(counters.at("card").at("punted").as_array().size(), card::kPuntReasons);
  EXPECT_EQ(counters.at("balance").at("in"), 300);
  EXPECT_EQ(counters.at("balance").at("balanced"), true);
  backend.counters_report.card.spliced--;
  EXPECT_EQ(to_json(backend.counters()).at("balance").at("balanced"), false);
}

TEST(ApiJson, FlowNamesFromPeersAreMadePrintable) {
  FlowRow row;
  row.server_name = "a\x1b[2J";
  row.alpn = "\xff";
  const json::value flow = to_json(row);
  EXPECT_EQ(flow.at("server_name"), "a\\x1b[2J");
  EXPECT_EQ(flow.at("alpn"), "\\xff");
}

TEST(ApiJson, ErrorsHaveCodeAndMessage) {
  const json::value error = error_json(Status(Code::kNotFound, "no event 7"));
  EXPECT_EQ(error.at("error").at("code").as_string(), code_name(Code::kNotFound));
  EXPECT_EQ(error.at("error").at("message"), "no event 7");
}

}  // namespace
}  // namespace vitrine::api
