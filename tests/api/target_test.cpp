#include "host/api/target.h"

#include <gtest/gtest.h>

namespace vitrine::api {
namespace {

Result<events::EventQuery> query_from(std::string_view text) {
  const auto target = Target::parse(text);
  return target ? event_query_from(*target) : target.status();
}

TEST(Target, PathAndParametersAreDecoded) {
  const auto target = Target::parse("/v1/events?host=a%2Fb%20c&type=&x");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/v1/events");
  EXPECT_EQ(target->parameters.at("host"), "a/b c");
  EXPECT_EQ(target->parameters.at("type"), "");
  EXPECT_EQ(target->parameters.at("x"), "");
}

TEST(Target, WhatDoesNotParseIsRefused) {
  for (const char* text :
       {"", "v1", "http://x/", "/a%", "/a%2", "/a%zz", "/a%+1", "/a?b=%4", "/a?b=1&b=2", "*"}) {
    EXPECT_FALSE(Target::parse(text)) << text;
  }
}

TEST(Target, EncodingIsUndoneByParsing) {
  std::string bytes;
  for (int c = 0; c < 256; ++c) {
    bytes += static_cast<char>(c);
  }
  const auto target = Target::parse("/x?host=" + percent_encode(bytes));
  ASSERT_TRUE(target);
  EXPECT_EQ(target->parameters.at("host"), bytes);
}

TEST(EventQueryTarget, FiltersAreTakenOver) {
  const auto query = query_from(
      "/v1/events?type=tls_abort&cause=client_reset&source=192.0.2.1&destination=2001:DB8:0::1&"
      "host=h&after=5&since=1000&limit=7");
  ASSERT_TRUE(query) << query.status().to_string();
  EXPECT_EQ(query->type, events::EventType::kTlsAbort);
  EXPECT_EQ(query->cause, events::Cause::kClientReset);
  EXPECT_EQ(query->source_ip, "192.0.2.1");
  EXPECT_EQ(query->destination_ip, "2001:db8::1");
  EXPECT_EQ(query->host, "h");
  EXPECT_EQ(query->after_id, 5U);
  EXPECT_EQ(query->since_ms, 1000);
  EXPECT_EQ(query->limit, 7U);
}

TEST(EventQueryTarget, AnyFieldIsAFilterByItsName) {
  const auto query = query_from("/v1/events?source.user=a%26b&policy.access_rule=");
  ASSERT_TRUE(query) << query.status().to_string();
  ASSERT_EQ(query->fields.size(), 2U);
  EXPECT_EQ(query->fields[0].field.name(), "policy.access_rule");
  EXPECT_EQ(query->fields[0].value, "");
  EXPECT_EQ(query->fields[1].field.name(), "source.user");
  EXPECT_EQ(query->fields[1].value, "a&b");
}

TEST(EventQueryTarget, UnknownAndWrongParametersAreRefused) {
  for (const char* words :
       {"typ=tls_abort", "type=abort", "cause=x", "source=1.2.3", "destination=x", "after=-1",
        "after=", "after=1x", "since=18446744073709551615", "limit=10001", "limit=1e3",
        "source.usr=x", ".=x"}) {
    const auto query = query_from(std::string("/v1/events?") + words);
    EXPECT_FALSE(query) << words;
    EXPECT_EQ(query.status().code(), Code::kInvalidArgument);
  }
}

TEST(EventQueryTarget, DefaultsAreTheNewestHundred) {
  EXPECT_EQ(query_from("/v1/events")->limit, events::EventQuery::kDefaultLimit);
}

}  // namespace
}  // namespace vitrine::api
