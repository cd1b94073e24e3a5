// The API on an arbitrary request: no crash; an answer of JSON, and an error that says something.
//
// Input: HTTP as it comes over the socket. What a reader asks changes nothing; the first byte's
// lowest bit says who asks. The manager is a real one on a real store, and keeps what inputs did.
#include <cstdlib>
#include <memory>
#include <string>

#include <boost/beast/http/parser.hpp>
#include <boost/json.hpp>
#include <spdlog/spdlog.h>

#include "host/api/role.h"
#include "host/api/routes.h"
#include "host/api/target.h"
#include "tests/api/fake_backend.h"

namespace {

using namespace vitrine;       // NOLINT(google-build-using-namespace): a program of one file
using namespace vitrine::api;  // NOLINT(google-build-using-namespace)

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

struct World {
  World() {
    spdlog::set_level(spdlog::level::off);
    hub = events::EventHub::open({.state_dir = folder.path().string()}).value();
  }
  // What a reader must not change.
  std::string state() {
    auto& manager = backend.configuration();
    return std::to_string(manager.active()->version) + " " +
           std::to_string(manager.candidate().value().revision);
  }

  TemporaryFolder folder;
  std::unique_ptr<events::EventHub> hub;
  FakeBackend backend;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World world;
  constexpr size_t kMaxSize = 1U << 16;
  if (size == 0 || size > kMaxSize) {
    return 0;
  }
  const Role role = (data[0] & 1) != 0 ? Role::kAdministrator : Role::kReader;
  http::request_parser<http::string_body> parser;
  parser.eager(true);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(data + 1, size - 1), error);
  if (error || !parser.is_done()) {
    return 0;
  }
  const Request request = parser.release();
  const auto target = Target::parse(request.target());
  if (target && !may(role, request.method(), target->path)) {
    return 0;
  }
  const std::string before = world.state();
  const Response response = answer(request, "fuzz", world.backend, *world.hub);
  boost::json::value body = boost::json::parse(response.body(), error);
  require(!error && body.is_object());
  require(response.result_int() < 400 || !body.at("error").at("message").as_string().empty());
  require(role == Role::kAdministrator || world.state() == before);
  return 0;
}
