#include "host/events/log_format.h"

#include <gtest/gtest.h>

#include "host/events/time_text.h"
#include "tests/events/sample.h"

namespace vitrine::events {
namespace {

constexpr int64_t kSecondTime = 1391577731505;  // 2014-02-05 05:22:11,505

TEST(LogFormat, RefusedHandshakeGivesTheReferenceLines) {
  EXPECT_EQ(
      format_log_line(kSampleTime, LogLevel::kInfo,
                      format_alert(AlertDirection::kReceived, Leg::kServer, 0x228,
                                   alert_text(0x228), 0x2fd1f6)),
      "2014-02-05 05:21:42,189 INFO TLS_Proxy - SSL alert message received from server (0x228 "
      "= \"fatal : handshake failure\") in Session: x2fd1f6");
  EXPECT_EQ(
      format_log_line(
          kSampleTime, LogLevel::kError,
          format_problem("error:14077410:SSL routines:SSL23_GET_SERVER_HELLO:sslv3 alert "
                         "handshake failure",
                         Leg::kServer, 0x2fd1f6)),
      "2014-02-05 05:21:42,189 ERROR TLS_Proxy - TLS problem (error:14077410:SSL "
      "routines:SSL23_GET_SERVER_HELLO:sslv3 alert handshake failure) while connecting to server "
      "for Session: x2fd1f6");
}

TEST(LogFormat, UntrustedCertificateGivesTheReferenceLines) {
  EXPECT_EQ(
      format_log_line(kSecondTime, LogLevel::kInfo,
                      format_verify_failure("self signed certificate", 18, 0)),
      "2014-02-05 05:22:11,505 INFO TLS_Proxy - Certificate verification failure: self signed "
      "certificate (code 18, depth 0)");
  EXPECT_EQ(
      format_log_line(kSecondTime, LogLevel::kInfo, format_subject("/unstructuredName=ciscoasa")),
      "2014-02-05 05:22:11,505 INFO TLS_Proxy - Subject: /unstructuredName=ciscoasa");
  EXPECT_EQ(
      format_log_line(kSecondTime, LogLevel::kInfo, format_issuer("/unstructuredName=ciscoasa")),
      "2014-02-05 05:22:11,505 INFO TLS_Proxy - Issuer: /unstructuredName=ciscoasa");
}

TEST(LogFormat, AlertThatTheApplianceSentSaysSentTo) {
  EXPECT_EQ(format_alert(AlertDirection::kSent, Leg::kServer, 0x230, alert_text(0x230), 0x148a696e),
            "SSL alert message sent to server (0x230 = \"fatal : unknown CA\") in Session: "
            "x148a696e");
}

TEST(LogFormat, ClientLegNamesTheClient) {
  EXPECT_EQ(format_alert(AlertDirection::kReceived, Leg::kClient, 0x22a, alert_text(0x22a), 1),
            "SSL alert message received from client (0x22a = \"fatal : bad certificate\") in "
            "Session: x1");
  EXPECT_EQ(format_problem("error:0A000076:SSL routines::no suitable signature algorithm",
                           Leg::kClient, 1),
            "TLS problem (error:0A000076:SSL routines::no suitable signature algorithm) while "
            "accepting from client for Session: x1");
}

TEST(LogFormat, WarningAlertsAndUnknownOnesHaveAText) {
  EXPECT_EQ(alert_text(0x100), "warning : close notify");
  EXPECT_EQ(alert_text(0x2ff), "fatal : unknown");
}

TEST(LogFormat, NamesFromPeersCannotBeginALineOfTheirOwn) {
  const std::string line =
      format_log_line(0, LogLevel::kInfo, format_subject("/CN=a\n2014-02-05 INFO TLS_Proxy - b"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_NE(line.find("/CN=a\\x0a2014"), std::string::npos) << line;
}

TEST(LogFormat, LongTextsAreCut) {
  const std::string line = format_problem(std::string(100'000, 'a'), Leg::kServer, 1);
  EXPECT_LT(line.size(), 1200U);
  EXPECT_NE(line.find("a...) while connecting to server for Session: x1"), std::string::npos);
}

TEST(TimeText, MillisecondsArePaddedInEveryShape) {
  EXPECT_EQ(format_iso_time(1391577702007), "2014-02-05T05:21:42.007Z");
  EXPECT_EQ(format_eve_time(1391577702007), "2014-02-05T05:21:42.007000+0000");
  EXPECT_EQ(format_log_time(1391577702007), "2014-02-05 05:21:42,007");
}

TEST(TimeText, TimesOutsideTheCalendarShowAsItsEnds) {
  EXPECT_EQ(format_iso_time(INT64_MIN), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_iso_time(INT64_MAX), "9999-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace vitrine::events
