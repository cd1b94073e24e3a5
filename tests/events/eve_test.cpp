#include "host/events/eve.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/events/sample.h"

namespace vitrine::events {
namespace {

namespace json = boost::json;

TEST(Eve, TlsAbortHasSuricatasShape) {
  Event event = untrusted_event();
  event.transaction.connection_id = 9;
  event.inspection.certificate_fingerprint = "ab:cd";
  const std::string line = format_eve(event);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const json::value eve = json::parse(line);
  EXPECT_EQ(eve.at("timestamp"), "2014-02-05T05:22:11.505000+0000");
  EXPECT_EQ(eve.at("event_type"), "tls");
  EXPECT_EQ(eve.at("flow_id"), 9);
  EXPECT_EQ(eve.at("src_ip"), "2001:db8::10");
  EXPECT_EQ(eve.at("src_port"), 49153);
  EXPECT_EQ(eve.at("dest_ip"), "2001:db8:1::7");
  EXPECT_EQ(eve.at("dest_port"), 8443);
  EXPECT_EQ(eve.at("proto"), "TCP");
  EXPECT_EQ(eve.at("tls").at("subject"), "/unstructuredName=ciscoasa");
  EXPECT_EQ(eve.at("tls").at("issuerdn"), "/unstructuredName=ciscoasa");
  EXPECT_EQ(eve.at("tls").at("version"), "TLS 1.2");
  EXPECT_EQ(eve.at("tls").at("fingerprint"), "ab:cd");
  EXPECT_FALSE(eve.at("tls").as_object().contains("sni"));
  EXPECT_EQ(eve.at("vitrine").at("type"), "tls_abort");
  EXPECT_EQ(eve.at("vitrine").at("inspection").at("cause"), "certificate_self_signed");
}

TEST(Eve, RequestedDomainIsTheSni) {
  EXPECT_EQ(json::parse(format_eve(refused_event())).at("tls").at("sni"), "www.example.org");
}

TEST(Eve, TypesWithoutTlsHaveTheirOwnKind) {
  Event event = refused_event();
  event.type = EventType::kFlowDeny;
  event.inspection.cause = Cause::kPolicyDenied;
  json::value eve = json::parse(format_eve(event));
  EXPECT_EQ(eve.at("event_type"), "drop");
  EXPECT_EQ(eve.at("drop").at("reason"), "policy_denied");
  EXPECT_FALSE(eve.as_object().contains("tls"));
  Event system;
  system.inspection.message = "started";
  eve = json::parse(format_eve(system));
  EXPECT_EQ(eve.at("event_type"), "vitrine");
  EXPECT_FALSE(eve.as_object().contains("src_ip"));
  EXPECT_EQ(eve.at("vitrine").at("inspection").at("message"), "started");
}

}  // namespace
}  // namespace vitrine::events
