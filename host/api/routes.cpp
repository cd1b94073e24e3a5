#include "host/api/routes.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <boost/json.hpp>

#include "host/api/config_routes.h"
#include "host/api/json.h"
#include "host/api/target.h"
#include "host/events/json.h"

namespace vitrine::api {
namespace {

namespace json = boost::json;

constexpr size_t kMaxFlows = 2000;

struct Call {
  const Request& request;
  const Target& target;
  std::string_view rest;  // of the path, for routes that end in an id
  Backend& backend;
  events::EventHub& hub;
};

using Answer = Result<json::value>;
using Handler = Answer (*)(const Call& call);

Answer get_status(const Call& call) {
  return json::value(to_json(call.backend.status(), call.hub.stats()));
}

Answer get_flows(const Call& call) {
  size_t limit = kMaxFlows;
  for (const auto& [name, value] : call.target.parameters) {
    const auto number = parse_number(value);
    if (name != "limit" || !number || *number == 0) {
      return Status(Code::kInvalidArgument, name + ": '" + value + "' is not valid");
    }
    limit = std::min<size_t>(limit, *number);
  }
  return json::value{{"flows", to_json_array(call.backend.flows(limit))}};
}

Answer get_counters(const Call& call) { return json::value(to_json(call.backend.counters())); }

Answer get_policy(const Call& call) { return json::value(to_json(call.backend.policy())); }

Answer get_events(const Call& call) {
  const auto query = event_query_from(call.target);
  if (!query) {
    return query.status();
  }
  call.hub.flush();  // whoever asks after something happened sees it
  const auto found = call.hub.query(*query);
  if (!found) {
    return found.status();
  }
  json::array out;
  for (const events::Event& event : *found) {
    out.push_back(events::to_json(event));
  }
  return json::value{{"events", std::move(out)}};
}

// Filters as for events, and `by`, the field to count by.
Answer get_event_counts(const Call& call) {
  Target filters = call.target;
  const auto named = filters.parameters.find("by");
  if (named == filters.parameters.end()) {
    return Status(Code::kInvalidArgument, "by: which field to count by is missing");
  }
  const auto field = events::FieldName::parse(named->second);
  filters.parameters.erase(named);
  const auto query = event_query_from(filters);
  if (!field || !query) {
    return field ? query.status() : field.status();
  }
  call.hub.flush();
  const auto counts = call.hub.count_by(*query, *field);
  if (!counts) {
    return counts.status();
  }
  json::array out;
  for (const events::ValueCount& count : *counts) {
    out.push_back({{"value", count.value}, {"events", count.events}});
  }
  return json::value{{"by", field->name()}, {"counts", std::move(out)}};
}

Answer get_event(const Call& call) {
  const auto id = parse_number(call.rest);
  if (!id) {
    return Status(Code::kInvalidArgument, "an event's id is a number");
  }
  const auto event = call.hub.get(*id);
  return event ? Answer(json::value(events::to_json(*event))) : Answer(event.status());
}

Answer get_certificates(const Call& call) {
  const auto pending = pending_certificates(call.backend.configuration());
  if (!pending) {
    return pending.status();
  }
  auto rows = call.backend.certificates();
  rows.insert(rows.end(), pending->begin(), pending->end());
  return json::value{{"certificates", to_json_array(rows)}};
}

Answer get_exclusions(const Call& call) {
  return json::value{{"exclusions", to_json_array(call.backend.exclusions())}};
}

Answer delete_exclusions(const Call& call) {
  return json::value{{"cleared", call.backend.clear_exclusions()}};
}

Answer get_ca(const Call& call) {
  const auto ca = call.backend.ca();
  return ca ? Answer(json::value(to_json(*ca))) : Answer(ca.status());
}

Answer get_licence(const Call& call) { return json::value(to_json(call.backend.licence())); }

Answer post_licence(const Call& call) {
  const auto installed = call.backend.install_licence(call.request.body());
  return installed ? Answer(json::value(to_json(*installed))) : Answer(installed.status());
}

Answer delete_licence(const Call& call) {
  const auto left = call.backend.remove_licence();
  return left ? Answer(json::value(to_json(*left))) : Answer(left.status());
}

struct Route {
  http::verb method;
  std::string_view path;  // ending in '/': an id follows
  Handler handler;
  http::status done = http::status::ok;
};

constexpr auto kRoutes = std::to_array<Route>({
    {http::verb::get, "/v1/status", get_status},
    {http::verb::get, "/v1/flows", get_flows},
    {http::verb::get, "/v1/counters", get_counters},
    {http::verb::get, "/v1/policy", get_policy},
    {http::verb::get, "/v1/events", get_events},
    {http::verb::get, "/v1/event-counts", get_event_counts},
    {http::verb::get, "/v1/events/", get_event},
    {http::verb::get, "/v1/certificates", get_certificates},
    {http::verb::get, "/v1/exclusions", get_exclusions},
    {http::verb::delete_, "/v1/exclusions", delete_exclusions},
    {http::verb::get, "/v1/ca", get_ca},
    {http::verb::get, "/v1/licence", get_licence},
    {http::verb::post, "/v1/licence", post_licence, http::status::created},
    {http::verb::delete_, "/v1/licence", delete_licence},
});

bool fits(const Route& route, std::string_view path) {
  if (!route.path.ends_with('/')) {
    return path == route.path;
  }
  return path.starts_with(route.path) && path.size() > route.path.size() &&
         path.find('/', route.path.size()) == std::string_view::npos;
}

http::status status_for(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kMalformed:
      return http::status::bad_request;
    case Code::kNotFound:
      return http::status::not_found;
    case Code::kAlreadyExists:
      return http::status::conflict;
    case Code::kPermission:
      return http::status::forbidden;
    case Code::kUnsupported:
      return http::status::not_implemented;
    case Code::kExhausted:
    case Code::kUnavailable:
    case Code::kTimeout:
      return http::status::service_unavailable;
    default:
      return http::status::internal_server_error;
  }
}

Response respond(const Request& request, http::status code, const json::value& body) {
  Response response(code, request.version());
  response.set(http::field::content_type, "application/json");
  response.set(http::field::cache_control, "no-store");
  response.keep_alive(request.keep_alive());
  response.body() = json::serialize(body) + "\n";
  response.prepare_payload();
  return response;
}

}  // namespace

Response error_answer(const Request& request, http::status code, const Status& status) {
  return respond(request, code, error_json(status));
}

Response error_answer(const Request& request, const Status& status) {
  return error_answer(request, status_for(status.code()), status);
}

Response answer(const Request& request, const std::string& user, Backend& backend,
                events::EventHub& hub) {
  const auto target = Target::parse(request.target());
  if (!target) {
    return error_answer(request, target.status());
  }
  if (target->path == kConfigurationPath ||
      target->path.starts_with(std::string(kConfigurationPath) + "/")) {
    const auto told = answer_configuration(
        {request.method(), *target, request.body(), user, backend.configuration()});
    if (!told) {
      return error_answer(request, Status(Code::kNotFound, "no such resource or method"));
    }
    return *told ? respond(request, http::status::ok, **told)
                 : error_answer(request, told->status());
  }
  bool path_known = false;
  for (const Route& route : kRoutes) {
    if (!fits(route, target->path)) {
      continue;
    }
    path_known = true;
    if (route.method != request.method()) {
      continue;
    }
    const size_t taken = std::min(route.path.size(), target->path.size());
    const Call call{request, *target, std::string_view(target->path).substr(taken), backend, hub};
    const Answer result = route.handler(call);
    return result ? respond(request, route.done, *result) : error_answer(request, result.status());
  }
  const http::status code = path_known ? http::status::method_not_allowed : http::status::not_found;
  return error_answer(
      request, code,
      Status(path_known ? Code::kUnsupported : Code::kNotFound, "no such resource or method"));
}

}  // namespace vitrine::api
