#include "host/cli/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/api/json.h"
#include "host/events/json.h"
#include "tests/api/fake_backend.h"
#include "tests/events/sample.h"

namespace vitrine::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RenderTest : public ::testing::Test {
 protected:
  api::FakeBackend backend_;
  Terminal plain_;
};

TEST_F(RenderTest, Status) {
  EXPECT_EQ(render_status(api::to_json(backend_.status(), {10, 0, 0, 9}), plain_),
            R"(vitrined 0.1.0, up 1 h 02 min, configuration version 4
Card          soft 0.1.0, running, fails closed
              AF_PACKET on inside, outside; VAES
Ports         inside eth1, outside eth2
State         /var/lib/vitrine
CA            ab:12:cd:34
Flows         5 of 65536: 0 opening, 1 handshake, 1 spliced, 1 relayed, 2 bypassed
Handshakes    120 completed, 3 failed
Handovers     100 completed, 2 retried, 0 failed
Relayed       20 for version: the legs have different TLS versions
Events        9 stored, 0 lost
)");
}

TEST_F(RenderTest, StatusWithoutCaSaysHowToMakeOne) {
  backend_.status_report.ca_fingerprint.clear();
  backend_.status_report.card_running = false;
  const std::string text = render_status(api::to_json(backend_.status(), {0, 0, 4, 0}), plain_);
  EXPECT_THAT(text, HasSubstr("CA            none: make one with `vitrine cert ca init`"));
  EXPECT_THAT(text, HasSubstr("stopped"));
  EXPECT_THAT(text, HasSubstr("4 writes failed"));
}

TEST_F(RenderTest, Flows) {
  const boost::json::value flows{{"flows", api::to_json_array(backend_.flows(10))}};
  EXPECT_EQ(
      render_flows(flows, plain_),
      "ID       CLIENT                SERVER               NAME             STATE              "
      "TLS                SUITE                                                 ALPN  CARD PACKETS"
      "         CARD BYTES       HOST BYTES         AGE\n"
      "x2fd1f6  192.0.2.10:49152      198.51.100.7:443     www.example.org  spliced            "
      "TLSv1.3            TLS_AES_128_GCM_SHA256                                h2      100 / 2000"
      "  4.9 KiB / 2.9 MiB  600 B / 3.9 KiB  1 min 05 s\n"
      "x7       [2001:db8::10]:49153  [2001:db8:1::7]:443                   relayed (version)  "
      "TLSv1.3 | TLSv1.2  TLS_AES_256_GCM_SHA384 | ECDHE-RSA-AES256-GCM-SHA384               0 / 0"
      "          0 B / 0 B      10 B / 20 B      900 ms\n");
  EXPECT_EQ(render_flows(boost::json::value{{"flows", boost::json::array()}}, plain_),
            "No flows now.\n");
}

TEST_F(RenderTest, CountersNameEveryReasonAndTheBalance) {
  const std::string text = render_counters(api::to_json(backend_.counters()), plain_);
  for (const card::ReasonText& reason : card::kDropReasonTexts) {
    EXPECT_THAT(text, HasSubstr(std::string("dropped.") + reason.counter));
    EXPECT_THAT(text, HasSubstr(reason.text));
  }
  for (const card::ReasonText& reason : card::kPuntReasonTexts) {
    EXPECT_THAT(text, HasSubstr(std::string("punted.") + reason.counter));
  }
  EXPECT_THAT(text, HasSubstr("dropped.bad_record             3  a record's tag did not verify\n"));
  EXPECT_THAT(text, HasSubstr("Balance: in 300 = out 300 (every frame accounted for)\n"));
  EXPECT_THAT(text, HasSubstr("takeovers     12  connections taken over\n"));
  backend_.counters_report.card.forwarded--;
  EXPECT_THAT(render_counters(api::to_json(backend_.counters()), plain_),
              HasSubstr("Balance: in 300 ≠ out 299 (frames are unaccounted for)\n"));
}

TEST_F(RenderTest, Policy) {
  EXPECT_EQ(render_policy(api::to_json(backend_.policy()), plain_),
            R"(Configuration version 4; the first rule that matches wins.
#  RULE         SOURCE  DESTINATION     SERVICE  ACTION          HITS
1  bypass       any     203.0.113.0/24  tcp      do not decrypt     2
2  decrypt-all  any     any             tcp      decrypt          120
)");
}

TEST_F(RenderTest, Certificates) {
  const boost::json::value list{{"certificates", api::to_json_array(backend_.certificates())}};
  EXPECT_EQ(render_certificates(list, plain_), R"(ID  ROLE     SUBJECT     ISSUER      VALID UNTIL
c1  trusted  /CN=Server  /CN=Server  2015-01-01T00:00:00Z
)");
}

TEST_F(RenderTest, Events) {
  events::Event event = events::untrusted_event();
  event.id = 3;
  const boost::json::value list{{"events", {events::to_json(event)}}};
  EXPECT_EQ(render_events(list, {.width = 120}),
            "ID  TIME (UTC)               TYPE       SOURCE        DESTINATION    HOST           "
            "LEG         WHAT\n"
            " 3  2014-02-05 05:22:11.505  TLS Abort  2001:db8::10  2001:db8:1::7  2001:db8:1::7  "
            "server leg  certificate_self_signed…\n");
}

TEST_F(RenderTest, AnswersOfAnotherShapeAreNoCrash) {
  for (const char* text :
       {"null", "[]", "{}", R"({"flows":5,"events":[1],"rules":{},"card":[]})"}) {
    const boost::json::value value = boost::json::parse(text);
    render_status(value, plain_);
    render_flows(value, plain_);
    render_events(value, plain_);
    render_counters(value, plain_);
    render_policy(value, plain_);
    render_certificates(value, plain_);
    render_certificate(value, plain_);
  }
}

}  // namespace
}  // namespace vitrine::cli
