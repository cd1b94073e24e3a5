#include "host/api/routes.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"
#include "tests/events/sample.h"
#include "tests/trust/test_pki.h"

namespace vitrine::api {
namespace {

namespace json = boost::json;

class RoutesTest : public ::testing::Test {
 protected:
  Response call(http::verb method, const std::string& target, std::string body = {}) {
    Request request(method, target, 11);
    request.body() = std::move(body);
    return answer(request, "ada", world_.backend, *world_.hub);
  }
  json::value get(const std::string& target) {
    const Response response = call(http::verb::get, target);
    EXPECT_EQ(response.result(), http::status::ok) << target << response.body();
    return json::parse(response.body());
  }

  ApiWorld world_;
};

TEST_F(RoutesTest, EveryResourceAnswers) {
  EXPECT_EQ(get("/v1/status").at("configuration_version"), 4);
  EXPECT_EQ(get("/v1/flows").at("flows").as_array().size(), 2U);
  EXPECT_EQ(get("/v1/flows?limit=1").at("flows").as_array().size(), 1U);
  EXPECT_EQ(get("/v1/counters").at("card").at("spliced"), 240);
  EXPECT_EQ(get("/v1/policy").at("rules").at(1).at("name"), "decrypt-all");
  EXPECT_EQ(get("/v1/certificates").at("certificates").at(0).at("id"), "c1");
  EXPECT_EQ(get("/v1/ca").at("certificate").at("subject"), "/CN=Vitrine");
}

TEST_F(RoutesTest, ALicenceIsInstalledShownAndRemoved) {
  EXPECT_EQ(get("/v1/licence").at("installed"), false);
  EXPECT_EQ(call(http::verb::post, "/v1/licence", "garbage").result(), http::status::bad_request);
  EXPECT_EQ(call(http::verb::post, "/v1/licence", "Vitrine licence 1\n").result(),
            http::status::created);
  EXPECT_EQ(get("/v1/licence").at("strong_cryptography"), true);
  EXPECT_EQ(get("/v1/licence").at("not_after"), "2027-02-22");
  EXPECT_EQ(call(http::verb::delete_, "/v1/licence").result(), http::status::ok);
  EXPECT_EQ(call(http::verb::delete_, "/v1/licence").result(), http::status::not_found);
}

TEST_F(RoutesTest, EventsAreFilteredAndFoundById) {
  world_.publish(events::refused_event());
  const events::EventId second = world_.publish(events::untrusted_event());
  EXPECT_EQ(get("/v1/events").at("events").as_array().size(), 2U);
  const json::value found = get("/v1/events?source=2001:db8::10");
  ASSERT_EQ(found.at("events").as_array().size(), 1U);
  EXPECT_EQ(found.at("events").at(0).at("id"), second);
  EXPECT_EQ(get("/v1/events/2").at("inspection").at("cause"), "certificate_self_signed");
}

TEST_F(RoutesTest, EventsAreCountedByAField) {
  world_.publish(events::refused_event());
  world_.publish(events::untrusted_event());
  world_.publish(events::refused_event());
  const json::value all = get("/v1/event-counts?by=inspection.cause");
  EXPECT_EQ(all.at("by"), "inspection.cause");
  ASSERT_EQ(all.at("counts").as_array().size(), 2U);
  EXPECT_EQ(all.at("counts").at(0).at("events"), 2);
  EXPECT_EQ(all.at("counts").at(1).at("value"), "certificate_self_signed");
  const json::value some = get("/v1/event-counts?by=type&source.ip_address=2001:db8::10");
  EXPECT_EQ(some.at("counts").at(0).at("events"), 1);
}

TEST_F(RoutesTest, CertificatesComeAndGoByTheCandidate) {
  const std::string pem = test::CertBuilder("/CN=New").ca().self_signed().pem();
  const Response added = call(http::verb::post, "/v1/configuration/certificates", pem);
  ASSERT_EQ(added.result(), http::status::ok) << added.body();
  const json::value row = json::parse(added.body()).at("certificates").at(0);
  EXPECT_EQ(row.at("subject"), "/CN=New");
  EXPECT_EQ(get("/v1/certificates").at("certificates").at(1).at("role"), "candidate");
  EXPECT_EQ(call(http::verb::post, "/v1/configuration/certificates", pem).result(),
            http::status::conflict);
  const std::string target =
      "/v1/configuration/certificates/" + std::string(row.at("id").as_string().c_str());
  EXPECT_EQ(call(http::verb::delete_, target).result(), http::status::ok);
  EXPECT_EQ(call(http::verb::delete_, target).result(), http::status::not_found);
  EXPECT_EQ(get("/v1/certificates").at("certificates").as_array().size(), 1U);
}

TEST_F(RoutesTest, APolicyThatSomebodyElseEditedIsNotOverwritten) {
  const json::value seen = get("/v1/configuration/candidate");
  const auto set = [&](int n) {
    return call(http::verb::post, "/v1/configuration/policy",
                json::serialize(json::value{{"policy", config::policy_text(n)},
                                            {"revision", seen.at("revision")}}))
        .result();
  };
  EXPECT_EQ(set(7), http::status::ok);
  EXPECT_EQ(set(8), http::status::conflict);
  EXPECT_EQ(get("/v1/configuration/candidate").at("configuration").at("policy"),
            json::string(config::policy_text(7)));
}

TEST_F(RoutesTest, ConfigurationIsEditedComparedCommittedAndTakenBack) {
  const json::object rule{{"list", "decryption"},
                          {"place", "above"},
                          {"anchor", "decrypt-all"},
                          {"rule", "name: lab\naction: do-not-decrypt\n"}};
  EXPECT_EQ(call(http::verb::post, "/v1/configuration/rules", json::serialize(rule)).result(),
            http::status::ok);
  EXPECT_NE(get("/v1/configuration/diff").at("diff").as_string().find("+  - name: lab"),
            json::string::npos);
  EXPECT_EQ(get("/v1/configuration").at("candidate").at("user"), "ada");
  const Response checked = call(http::verb::post, "/v1/configuration/check");
  EXPECT_EQ(json::parse(checked.body()).at("ok"), true) << checked.body();
  const Response committed = call(http::verb::post, "/v1/configuration/commit",
                                  R"({"comment": "for the lab", "confirm_minutes": 5})");
  EXPECT_EQ(json::parse(committed.body()).at("version"), 2) << committed.body();
  EXPECT_EQ(get("/v1/configuration").at("unconfirmed").at("fallback"), 1);
  EXPECT_EQ(call(http::verb::post, "/v1/configuration/confirm").result(), http::status::ok);
  EXPECT_EQ(call(http::verb::post, "/v1/configuration/rollback", R"({"version": 1})").result(),
            http::status::ok);
  EXPECT_EQ(world_.backend.world.in_force().version, 3U);
  EXPECT_EQ(get("/v1/configuration/versions").at("versions").as_array().size(), 3U);
  EXPECT_EQ(get("/v1/configuration/versions/2").at("comment"), "for the lab");
}

TEST_F(RoutesTest, ConfigurationRequestsThatMakeNoSenseChangeNothing) {
  const struct {
    http::verb method;
    const char* path;
    const char* body;
    http::status status;
  } rows[] = {
      {http::verb::post, "commit", "", http::status::bad_request},
      {http::verb::post, "commit", "{}", http::status::conflict},
      {http::verb::post, "commit", R"({"confirm_minutes": 0})", http::status::bad_request},
      {http::verb::post, "commit", R"({"confirm_minutes": "5"})", http::status::bad_request},
      {http::verb::post, "confirm", "", http::status::not_found},
      {http::verb::post, "rollback", R"({"version": -1})", http::status::bad_request},
      {http::verb::post, "rollback", R"({"version": 9})", http::status::not_found},
      {http::verb::post, "candidate", "{}", http::status::bad_request},
      {http::verb::post, "policy", R"({"policy": 1})", http::status::bad_request},
      {http::verb::post, "policy", R"({"policy": "x", "files": []})", http::status::bad_request},
      {http::verb::post, "rules", R"({"place": "beside"})", http::status::bad_request},
      {http::verb::delete_, "rules?list=decryption", "", http::status::bad_request},
      {http::verb::post, "certificates", "garbage", http::status::bad_request},
      {http::verb::delete_, "certificates/00000000", "", http::status::not_found},
      {http::verb::get, "versions/x", "", http::status::bad_request},
      {http::verb::get, "versions?limit=0", "", http::status::bad_request},
      {http::verb::get, "diff?from=9", "", http::status::not_found},
      {http::verb::get, "nothing", "", http::status::not_found},
  };
  for (const auto& row : rows) {
    const std::string path = std::string("/v1/configuration/") + row.path;
    EXPECT_EQ(call(row.method, path, row.body).result(), row.status) << path << " " << row.body;
  }
  EXPECT_EQ(world_.backend.world.applied.size(), 1U);
  EXPECT_FALSE(get("/v1/configuration").as_object().contains("candidate"));
}

TEST_F(RoutesTest, WhatIsNotThereIsToldApart) {
  const struct {
    http::verb method;
    const char* target;
    http::status status;
  } rows[] = {
      {http::verb::get, "/", http::status::not_found},
      {http::verb::get, "/v1/nothing", http::status::not_found},
      {http::verb::get, "/v1/status/", http::status::not_found},
      {http::verb::get, "/v1/events/", http::status::not_found},
      {http::verb::get, "/v1/events/7", http::status::not_found},
      {http::verb::get, "/v1/events/x", http::status::bad_request},
      {http::verb::get, "/v1/events/1/2", http::status::not_found},
      {http::verb::get, "/v1/events?typ=x", http::status::bad_request},
      {http::verb::get, "/v1/event-counts", http::status::bad_request},
      {http::verb::get, "/v1/event-counts?by=source.usr", http::status::bad_request},
      {http::verb::get, "/v1/flows?limit=0", http::status::bad_request},
      {http::verb::get, "/v1/flows?x=1", http::status::bad_request},
      {http::verb::post, "/v1/status", http::status::method_not_allowed},
      {http::verb::delete_, "/v1/certificates", http::status::method_not_allowed},
      {http::verb::post, "/v1/certificates", http::status::method_not_allowed},
      {http::verb::get, "nonsense", http::status::bad_request},
      {http::verb::get, "/v1/%zz", http::status::bad_request},
  };
  for (const auto& row : rows) {
    const Response response = call(row.method, row.target);
    EXPECT_EQ(response.result(), row.status) << row.target;
    EXPECT_TRUE(json::parse(response.body()).at("error").at("message").is_string()) << row.target;
  }
}

TEST_F(RoutesTest, MissingCaIsNotFoundWithAdvice) {
  world_.backend.has_ca = false;
  const Response response = call(http::verb::get, "/v1/ca");
  EXPECT_EQ(response.result(), http::status::not_found);
  EXPECT_NE(response.body().find("vitrine cert ca init"), std::string::npos);
}

}  // namespace
}  // namespace vitrine::api
