// The command line end to end: arguments, a real server on a socket, output and exit code.
#include "host/cli/app.h"

#include <algorithm>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/cli/event_csv.h"
#include "tests/cli/command_test.h"
#include "tests/events/sample.h"

namespace vitrine::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

class AppTest : public CommandTest {
 protected:
  void prepare(Environment& environment) override {
    environment.ca_init = [this](const CaInitRequest& request) {
      ca_request_ = request;
      return ca_answer_;
    };
    environment.ca_show = [](const std::string&) {
      return Result<boost::json::value>(Code::kNotFound, "no CA there");
    };
  }

  CaInitRequest ca_request_;
  Result<boost::json::value> ca_answer_{
      boost::json::value{{"certificate", {{"subject", "/CN=V"}}}, {"pem", "PEM\n"}}};
};

TEST_F(AppTest, InstanceNamesItsSocketAndIsAPlainName) {
  EXPECT_EQ(call({"--instance", "left", "status"}), kNotReachable);
  EXPECT_THAT(err(), HasSubstr("vitrined is not running at /run/vitrine/left/api.sock"));
  for (const char* name : {"", ".", "../left", "a/b"}) {
    EXPECT_EQ(call({"--instance", name, "status"}), kUsage) << name;
  }
  EXPECT_EQ(call({"--instance", "left", "--socket", "/tmp/s", "status"}), kUsage);
}

TEST_F(AppTest, EveryListCommandAnswers) {
  const struct {
    Words words;
    const char* text;
    const char* json;
  } rows[] = {
      {{"status"}, "vitrined 0.1.0, up 1 h 02 min", R"("uptime_ms":3720000)"},
      {{"flows"}, "spliced", R"("state":"spliced")"},
      {{"counters"}, "Balance: in 300 = out 300", R"("balanced":true)"},
      {{"policy", "show"}, "decrypt-all", R"("name":"decrypt-all")"},
      {{"cert", "list"}, "/CN=Server", R"("subject":"/CN=Server")"},
      {{"cert", "ca", "show"}, "Subject       /CN=Vitrine\n", R"("pem":)"},
      {{"events"}, "No events.\n", ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(call(row.words), kDone) << err();
    EXPECT_THAT(out(), HasSubstr(row.text));
    Words words = row.words;
    words.emplace_back("--json");  // after the command as well as before
    EXPECT_EQ(call(words), kDone) << err();
    EXPECT_THAT(out(), HasSubstr(row.json));
    EXPECT_THAT(err(), IsEmpty());
  }
}

TEST_F(AppTest, EventsAreListedFilteredAndShown) {
  world_.publish(events::refused_event());
  world_.publish(events::untrusted_event());
  EXPECT_EQ(call({"events", "--cause", "certificate_self_signed"}), kDone);
  EXPECT_THAT(out(), HasSubstr("2001:db8::10"));
  EXPECT_THAT(out(), ::testing::Not(HasSubstr("192.0.2.10")));
  EXPECT_EQ(call({"events", "--json"}), kDone);
  const std::string lines = out();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
  EXPECT_THAT(out(), StartsWith(R"({"id":1,)"));
  EXPECT_EQ(call({"events", "--since", "1s"}), kDone);  // the second is of later than now
  EXPECT_THAT(out(), HasSubstr("certificate_self_signed"));
  EXPECT_EQ(call({"event", "1"}), kDone);
  EXPECT_THAT(out(), HasSubstr("Total bytes                186\n"));
  EXPECT_THAT(out(), HasSubstr("What to do next"));
  EXPECT_EQ(call({"event", "99"}), kFailed);
  EXPECT_EQ(err(), "vitrine: no event 99\n");
}

TEST_F(AppTest, EventsAreFilteredByAnyFieldCountedAndExported) {
  world_.publish(events::refused_event());
  world_.publish(events::untrusted_event());
  world_.publish(events::refused_event());
  EXPECT_EQ(call({"events", "--where", "inspection.cause=certificate_self_signed", "--json"}),
            kDone);
  EXPECT_THAT(out(), StartsWith(R"({"id":2,)"));
  EXPECT_EQ(call({"events", "--where", "transaction.bytes_sent=179", "--where",
                  "transaction.bytes_received=7", "--csv"}),
            kDone);
  const std::string csv = out();
  EXPECT_THAT(csv, StartsWith("id,time,type,source.user,"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3);
  EXPECT_THAT(csv, HasSubstr("\r\n3,2014-02-05T05:21:42.189"));
  EXPECT_EQ(call({"events", "--count-by", "destination.host"}), kDone);
  EXPECT_THAT(out(), HasSubstr("     2  www.example.org\n"));
  EXPECT_EQ(call({"events", "--count-by", "type", "--json"}), kDone);
  EXPECT_EQ(out(), R"({"by":"type","counts":[{"value":"tls_abort","events":3}]})"
                   "\n");
  EXPECT_EQ(call({"events", "--where", "source.usr=x"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("no field 'source.usr'; there are source.user"));
  EXPECT_EQ(call({"events", "--where", "source.user"}), kUsage);
  EXPECT_EQ(call({"events", "--count-by", "type", "--follow"}), kUsage);
}

TEST_F(AppTest, CausesAreListed) {
  EXPECT_EQ(call({"causes"}), kDone);
  EXPECT_THAT(out(), HasSubstr("certificate_self_signed "));
  EXPECT_EQ(call({"causes", "--json"}), kDone);
  EXPECT_THAT(out(), HasSubstr(R"("code":"policy_denied")"));
}

TEST(EventCsv, CellsAreQuotedAndNeverFormulas) {
  EXPECT_EQ(csv_cell("plain"), "plain");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_cell("=cmd()"), "'=cmd()");
  EXPECT_EQ(csv_cell(""), "");
}

TEST_F(AppTest, FollowPrintsLinesUntilTheServerEnds) {
  world_.publish(events::refused_event());
  std::thread stopper([this] {
    world_.eventually([](const api::ServerStats& stats) { return stats.chunks_sent == 1; });
    world_.publish(events::untrusted_event());
    world_.eventually([](const api::ServerStats& stats) { return stats.chunks_sent == 2; });
    world_.stop();
  });
  EXPECT_EQ(call({"events", "--follow"}), kNotReachable);
  stopper.join();
  EXPECT_THAT(out(), StartsWith("1  2014-02-05 05:21:42.189  TLS Abort  192.0.2.10:49152 > "));
  EXPECT_THAT(err(), HasSubstr("vitrined is not running"));
}

TEST_F(AppTest, CaIsExportedToOutputOrFile) {
  EXPECT_EQ(call({"cert", "ca", "export"}), kDone);
  EXPECT_EQ(out(), "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n");
  EXPECT_EQ(call({"cert", "ca", "export", "-o", world_.folder.file("ca.pem")}), kDone);
  EXPECT_THAT(contents_of(world_.folder.file("ca.pem")), HasSubstr("AA=="));
  EXPECT_EQ(call({"cert", "ca", "export", "-o", world_.folder.file("no/ca.pem")}), kFailed);
  EXPECT_EQ(call({"cert", "ca", "show", "--state", "/somewhere"}), kFailed);
  EXPECT_EQ(err(), "vitrine: no CA there\n");
}

TEST_F(AppTest, CaInitTakesItsOptionsAndNeedsNoDaemon) {
  world_.stop();
  EXPECT_EQ(call({"cert", "ca", "init", "--state", "/s", "--subject", "/CN=X", "--key", "rsa",
                  "--days", "30"}),
            kDone)
      << err();
  EXPECT_EQ(ca_request_.state_dir, "/s");
  EXPECT_EQ(ca_request_.subject, "/CN=X");
  EXPECT_EQ(ca_request_.key_type, "rsa");
  EXPECT_EQ(ca_request_.days, 30);
  EXPECT_THAT(out(), HasSubstr("vitrine cert ca export --state /s"));
  ca_answer_ = Status(Code::kAlreadyExists, "there is one already");
  EXPECT_EQ(call({"cert", "ca", "init"}), kFailed);
  EXPECT_EQ(err(), "vitrine: there is one already\n");
}

TEST_F(AppTest, MissingDaemonIsToldWithWhatToDo) {
  world_.stop();
  for (const Words& words : {Words{"status"}, Words{"events", "-f"}, Words{"cert", "list"}}) {
    EXPECT_EQ(call(words), kNotReachable);
    EXPECT_EQ(err(), "vitrine: vitrined is not running at " + world_.socket +
                         ": start it with `vitrined --inside IF --outside IF --state DIR`, or name "
                         "its socket with --socket\n");
  }
  EXPECT_EQ(call({"--socket", "/nowhere/sock", "status"}), kNotReachable);
  EXPECT_THAT(err(), HasSubstr("/nowhere/sock"));
}

TEST_F(AppTest, WrongUsageIsTwo) {
  for (const Words& words :
       {Words{}, Words{"nonsense"}, Words{"event"}, Words{"event", "x"}, Words{"event", "-1"},
        Words{"events", "--type", "x"}, Words{"events", "--limit", "99999"},
        Words{"events", "--since", "never"}, Words{"cert"}, Words{"cert", "ca"}, Words{"policy"},
        Words{"flows", "--limit", "0"}, Words{"status", "--nonsense"},
        Words{"cert", "ca", "init", "--days", "0"}}) {
    EXPECT_EQ(call(words), kUsage) << ::testing::PrintToString(words);
    EXPECT_FALSE(err().empty());
    EXPECT_THAT(out(), IsEmpty());
  }
}

TEST_F(AppTest, HelpAndVersionAreNoErrors) {
  EXPECT_EQ(call({"--help"}), kDone);
  EXPECT_THAT(out(), HasSubstr("Exit codes: 0 done, 1 failed, 2 wrong usage"));
  EXPECT_EQ(call({"events", "--help"}), kDone);
  EXPECT_THAT(out(), HasSubstr("--follow"));
  EXPECT_EQ(call({"--version"}), kDone);
  EXPECT_THAT(out(), StartsWith("vitrine "));
}

}  // namespace
}  // namespace vitrine::cli
