#include "host/events/json.h"

#include <gtest/gtest.h>

#include "host/events/fields.h"
#include "host/events/json_text.h"
#include "tests/events/sample.h"

namespace vitrine::events {
namespace {

namespace json = boost::json;

// An event with every field set to something of its own.
Event full_event() {
  Event event;
  event.id = 7;
  event.time_ms = kSampleTime;
  event.type = EventType::kTlsClosed;
  uint64_t n = 1;
  for (const Field& field : fields()) {
    struct Fill {
      uint64_t& n;
      void operator()(std::string* text) const { *text = "text " + std::to_string(n++); }
      void operator()(std::optional<uint64_t>* number) const {
        *number = UINT64_MAX - n++;  // beyond what a double holds
      }
      void operator()(std::optional<bool>* answer) const { *answer = n++ % 2 == 0; }
      void operator()(Leg* leg) const { *leg = Leg::kClient; }
      void operator()(Cause* cause) const { *cause = Cause::kClientReset; }
    };
    std::visit(Fill{n}, field.ref(event));
  }
  return event;
}

void expect_same(const Event& a, const Event& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.time_ms, b.time_ms);
  EXPECT_EQ(a.type, b.type);
  for (const Field& field : fields()) {
    EXPECT_EQ(text_of(a, field), text_of(b, field)) << field.group << "." << field.name;
  }
}

TEST(EventJson, EveryFieldSurvivesTheWayThereAndBack) {
  const Event event = full_event();
  for (const JsonFields which : {JsonFields::kAll, JsonFields::kKnownOnly}) {
    const auto back = event_from_json(json::parse(json::serialize(to_json(event, which))));
    ASSERT_TRUE(back) << back.status().to_string();
    expect_same(event, *back);
  }
}

TEST(EventJson, UnknownFieldsAreThereAsEmptyOrNull) {
  const json::object object = to_json(refused_event());
  EXPECT_EQ(object.at("type"), "tls_abort");
  EXPECT_EQ(object.at("time"), "2014-02-05T05:21:42.189Z");
  EXPECT_EQ(object.at("source").at("user"), "");
  EXPECT_TRUE(object.at("transaction").at("http_response_status").is_null());
  EXPECT_EQ(object.at("tls").at("decrypted_flow"), false);
  EXPECT_EQ(object.at("inspection").at("cause"), "server_refused_handshake");
}

TEST(EventJson, KnownOnlyLeavesTheUnknownOut) {
  const json::object object = to_json(refused_event(), JsonFields::kKnownOnly);
  EXPECT_FALSE(object.at("source").as_object().contains("user"));
  EXPECT_FALSE(object.contains("device"));
}

TEST(EventJson, EmptiedDefaultsStayEmptyInAllFields) {
  Event event;
  event.application.name.clear();
  const auto back = event_from_json(to_json(event));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->application.name, "");
}

TEST(EventJson, TextIsThatOfTheTree) {
  Event hostile = refused_event();
  hostile.tls.requested_domain = "quote \" backslash \\ \n\x01 \xc3\xbc";
  Event bare;
  bare.application = Application{"", "", ""};
  bare.transaction.component_name.clear();
  for (const Event& event : {full_event(), refused_event(), untrusted_event(), hostile, bare}) {
    EXPECT_EQ(json::parse(json_text(event)), json::value(to_json(event, JsonFields::kKnownOnly)))
        << json_text(event);
  }
}

TEST(EventJson, WrongShapesAreMalformedAndWrongFieldsIgnored) {
  for (const char* text :
       {"null", "[]", "{}", R"({"id":"1","time_ms":1,"type":"system"})",
        R"({"id":-1,"time_ms":1,"type":"system"})", R"({"id":1.5,"time_ms":1,"type":"system"})",
        R"({"id":1,"time_ms":1,"type":"nonsense"})", R"({"id":1,"time_ms":1,"type":5})"}) {
    const auto event = event_from_json(json::parse(text));
    ASSERT_FALSE(event) << text;
    EXPECT_EQ(event.status().code(), Code::kMalformed);
  }
  const auto event = event_from_json(json::parse(
      R"({"id":1,"time_ms":1,"type":"system","source":5,"tls":{"tls_version":7,"x":1},
          "transaction":{"bytes_sent":-4},"inspection":{"leg":"no leg","cause":"?"}})"));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->tls.tls_version, "");
  EXPECT_EQ(event->transaction.bytes_sent, std::nullopt);
  EXPECT_EQ(event->inspection.cause, Cause::kNone);
}

}  // namespace
}  // namespace vitrine::events
