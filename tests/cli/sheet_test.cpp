#include "host/cli/sheet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/events/sample.h"

namespace vitrine::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(EventSheet, ShowsEveryFieldOfTheReferenceInItsGroup) {
  events::Event event = events::refused_event();
  event.id = 42;
  event.inspection.advice = "Do this.";
  EXPECT_EQ(event_sheet(event, {}),
            R"(Event 42: TLS Abort
A TLS or SSL flow was aborted due to a handshake failure or certificate validation error.
  Time                       2014-02-05 05:21:42.189 UTC

Source
  User
  Realm
  IP address                 192.0.2.10
  Port                       49152
  Interface
  Identity
  Remote device
  Client OS name
  Context name

Destination
  IP address                 198.51.100.7
  Port                       443
  Interface
  Service                    tcp/443
  Host                       www.example.org
  URL
  URL category
  Web reputation
  Threat type

Transaction
  Connection ID              3133942 (x2fd1f6)
  Transaction ID
  Component name             TLS Proxy
  Bytes sent                 179
  Bytes received             7
  Total bytes
  Request content type
  Response content type
  HTTP response status
  HTTP app detected phase
  Configuration version      4
  Error details              error:14077410:SSL routines:SSL23_GET_SERVER_HELLO:sslv3 alert handshake failure

TLS
  Encrypted flow             Yes
  Decrypted flow             No
  Requested domain           www.example.org
  Ambiguous destination
  Server certificate name
  Server certificate issuer
  TLS version
  Server cipher suite
  Error details              error:14077410:SSL routines:SSL23_GET_SERVER_HELLO:sslv3 alert handshake failure

Application
  Name                       Transport Layer Security Protocol
  Type                       IP Protocol
  Behavior

Device
  Name
  Type

Policy
  Decryption rule            decrypt-all
  Access rule
  Identity rule

Inspection
  Leg                        server leg
  Cause                      server_refused_handshake: the server accepts none of the cipher suites or parameters that the appliance offered
  What to do next            Do this.
)");
}

TEST(EventSheet, LongValuesWrapUnderThemselves) {
  const std::string sheet = event_sheet(events::refused_event(), {.width = 72});
  EXPECT_THAT(sheet, HasSubstr("  Error details              error:14077410:SSL\n"
                               "                             routines:"));
  for (size_t at = 0; at < sheet.size();) {
    const size_t end = sheet.find('\n', at);
    EXPECT_LE(end - at, 72U) << sheet.substr(at, end - at);
    at = end + 1;
  }
}

TEST(EventLine, SaysWhoWhenAndWhy) {
  events::Event event = events::untrusted_event();
  event.id = 3;
  EXPECT_EQ(event_line(event, {}),
            "3  2014-02-05 05:22:11.505  TLS Abort  [2001:db8::10]:49153 > [2001:db8:1::7]:8443  "
            "certificate_self_signed: error:14090086:SSL routines:SSL3_GET_SERVER_CERTIFICATE:"
            "certificate verify failed\n");
  event.tls.requested_domain = "example.org";
  EXPECT_THAT(event_line(event, {}), HasSubstr("8443 (example.org)  "));
}

TEST(EventSummary, SaysWhatMattersForEachType) {
  events::Event event;
  event.inspection.message = "started";
  EXPECT_EQ(event_summary(event), "started");
  event = {};
  event.inspection.handling = "relayed";
  event.inspection.relay_reason = "version";
  EXPECT_EQ(event_summary(event), "relayed: version");
  event.inspection.relay_reason.clear();
  event.inspection.close_reason = "fin";
  EXPECT_EQ(event_summary(event), "relayed, fin");
}

}  // namespace
}  // namespace vitrine::cli
