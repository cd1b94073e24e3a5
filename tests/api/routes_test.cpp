#include "host/api/routes.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"
#include "tests/events/sample.h"

namespace vitrine::api {
namespace {

namespace json = boost::json;

class RoutesTest : public ::testing::Test {
 protected:
  Response call(http::verb method, const std::string& target, std::string body = {}) {
    Request request(method, target, 11);
    request.body() = std::move(body);
    return answer(request, world_.backend, *world_.hub);
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

TEST_F(RoutesTest, CertificatesComeAndGo) {
  Response response = call(http::verb::post, "/v1/certificates", "-----BEGIN CERTIFICATE-----");
  EXPECT_EQ(response.result(), http::status::created);
  EXPECT_EQ(world_.backend.imported, "-----BEGIN CERTIFICATE-----");
  EXPECT_EQ(call(http::verb::post, "/v1/certificates", "x").result(), http::status::bad_request);
  EXPECT_EQ(call(http::verb::delete_, "/v1/certificates/c2").result(), http::status::ok);
  EXPECT_EQ(call(http::verb::delete_, "/v1/certificates/c2").result(), http::status::not_found);
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
      {http::verb::get, "/v1/flows?limit=0", http::status::bad_request},
      {http::verb::get, "/v1/flows?x=1", http::status::bad_request},
      {http::verb::post, "/v1/status", http::status::method_not_allowed},
      {http::verb::delete_, "/v1/certificates", http::status::method_not_allowed},
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
