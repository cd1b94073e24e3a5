#include "host/events/advice.h"

#include <gtest/gtest.h>

#include "tests/events/sample.h"

namespace vitrine::events {
namespace {

TEST(Advice, NamesTheVeryCommand) {
  Event event = refused_event();
  EXPECT_EQ(advice_for(event),
            "See what the server takes: `openssl s_client -connect 198.51.100.7:443 -servername "
            "www.example.org`. If it needs what the appliance does not offer, let it through: "
            "`vitrine rule add bypass-198.51.100.7 --first --destination 198.51.100.7 --action "
            "do-not-decrypt`, then `vitrine commit`.");
  set_failure(event, Leg::kClient, Cause::kClientRejectedCertificate, "unknown ca");
  EXPECT_NE(advice_for(event).find("on the client 192.0.2.10: `vitrine cert ca export"),
            std::string::npos);
}

TEST(Advice, Ipv6AddressesAreBracketedBeforeAPort) {
  const std::string advice = advice_for(untrusted_event());
  EXPECT_NE(advice.find("-connect [2001:db8:1::7]:8443 -servername 2001:db8:1::7"),
            std::string::npos)
      << advice;
  EXPECT_NE(advice.find("rule add bypass-2001-db8-1--7 --first --destination 2001:db8:1::7 "),
            std::string::npos)
      << advice;
}

TEST(Advice, HostileServerNamesNeverEnterACommand) {
  for (const char* name : {"a.org; rm -rf /", "$(reboot)", "`reboot`", "-proxy", "a b", "a\nb",
                           "{address}", "a|b", "a&b", "a'b", "a\"b", "a>b"}) {
    Event event = refused_event();
    set_server_name(event, name);
    const std::string advice = advice_for(event);
    EXPECT_NE(advice.find("-servername 198.51.100.7`"), std::string::npos) << advice;
  }
}

TEST(Advice, NoCauseLeavesAPlaceholder) {
  for (const CauseText& cause : kCauses) {
    Event event = refused_event();
    event.inspection.cause = cause.cause;
    const std::string advice = advice_for(event);
    EXPECT_EQ(advice.find('{'), std::string::npos) << advice;
    event = Event{};  // nothing known
    event.inspection.cause = cause.cause;
    EXPECT_EQ(advice_for(event).find('{'), std::string::npos) << cause.code;
  }
}

}  // namespace
}  // namespace vitrine::events
