#include "host/api/config_routes.h"

#include <algorithm>
#include <array>

#include "host/api/certificate_row.h"
#include "host/api/json.h"
#include "host/config/certificates.h"

namespace vitrine::api {
namespace {

namespace json = boost::json;
using boost::beast::http::verb;
using Answer = Result<json::value>;

constexpr uint32_t kMaxHistory = 500;

Status bad(std::string_view what) {
  return {Code::kInvalidArgument, std::string(what) + " is missing or not valid"};
}

Result<json::object> body_of(const ConfigurationCall& call) {
  boost::system::error_code error;
  json::value value = json::parse(call.body, error);
  if (error || !value.is_object()) {
    return Status(Code::kMalformed, "the body is not a JSON object");
  }
  return std::move(value.get_object());
}

// A member that is text; "" where it is absent or another kind.
std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<uint32_t> number_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0 ||
      value->get_int64() > UINT32_MAX) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(value->get_int64());
}

std::optional<uint32_t> version_in(std::string_view text) {
  const auto number = parse_number(text);
  return number && *number <= UINT32_MAX ? std::optional(static_cast<uint32_t>(*number))
                                         : std::nullopt;
}

json::object to_json(const config::VersionRow& row) {
  return {{"version", row.number},
          {"time_ms", row.time_ms},
          {"origin", config::origin_name(row.origin)},
          {"from", row.from},
          {"of", row.of},
          {"user", row.user},
          {"comment", row.comment},
          {"was_in_force", row.was_in_force}};
}

Answer revision(const Result<uint64_t>& edited) {
  return edited ? Answer(json::value{{"revision", *edited}}) : Answer(edited.status());
}

Answer done(const Status& status, std::string_view what) {
  return status ? Answer(json::value{{"done", what}}) : Answer(status);
}

Answer get_overview(const ConfigurationCall& call) {
  const auto now = call.manager.overview();
  if (!now) {
    return now.status();
  }
  json::object out{{"active", to_json(now->active)}};
  if (now->unconfirmed) {
    out["unconfirmed"] = {{"fallback", now->unconfirmed->fallback},
                          {"deadline_ms", now->unconfirmed->deadline_ms},
                          {"left_ms", now->confirm_left_ms}};
  }
  if (now->candidate) {
    out["candidate"] = {{"based_on", now->candidate->based_on},
                        {"revision", now->candidate->revision},
                        {"user", now->candidate->user},
                        {"time_ms", now->candidate->time_ms}};
  }
  return json::value(std::move(out));
}

Answer get_versions(const ConfigurationCall& call) {
  uint32_t limit = kMaxHistory;
  for (const auto& [name, value] : call.target.parameters) {
    const auto number = version_in(value);
    if (name != "limit" || !number || *number == 0) {
      return bad(name);
    }
    limit = std::min(limit, *number);
  }
  const auto rows = call.manager.history(limit);
  if (!rows) {
    return rows.status();
  }
  json::array out;
  for (const config::VersionRow& row : *rows) {
    out.push_back(to_json(row));
  }
  return json::value{{"versions", std::move(out)}};
}

Answer get_version(const ConfigurationCall& call, std::string_view id) {
  const auto number = version_in(id);
  if (!number) {
    return bad("the version's number");
  }
  const auto row = call.manager.version(*number);
  const auto content = row ? call.manager.configuration(*number) : row.status();
  if (!content) {
    return content.status();
  }
  json::object out = to_json(*row);
  out["configuration"] = config::to_json(*content);
  return json::value(std::move(out));
}

Answer get_candidate(const ConfigurationCall& call) {
  const auto now = call.manager.candidate();
  if (!now) {
    return now.status();
  }
  return json::value{{"based_on", now->based_on},
                     {"revision", now->revision},
                     {"configuration", config::to_json(now->configuration)}};
}

Answer post_candidate(const ConfigurationCall& call) {
  const auto read = config::configuration_from_text(call.body);
  return read ? revision(call.manager.load(*read, call.user)) : Answer(read.status());
}

Answer post_policy(const ConfigurationCall& call) {
  const auto body = body_of(call);
  if (!body) {
    return body.status();
  }
  std::map<std::string, std::string> files;
  if (const json::value* given = body->if_contains("files")) {
    if (!given->is_object()) {
      return bad("files");
    }
    for (const auto& file : given->get_object()) {
      if (!file.value().is_string()) {
        return bad("files");
      }
      files.emplace(file.key(), file.value().get_string());
    }
  }
  std::optional<uint64_t> expected;
  if (body->contains("revision")) {
    expected = number_of(*body, "revision");
    if (!expected) {
      return bad("revision");
    }
  }
  const std::string text = text_of(*body, "policy");
  return text.empty()
             ? Answer(bad("policy"))
             : revision(call.manager.load_policy(text, std::move(files), call.user, expected));
}

Answer post_rule(const ConfigurationCall& call) {
  const auto body = body_of(call);
  if (!body) {
    return body.status();
  }
  constexpr std::array<std::string_view, 4> kPlaces{"above", "below", "first", "last"};
  const std::string place = text_of(*body, "place");
  const auto at = std::find(kPlaces.begin(), kPlaces.end(), place);
  if (at == kPlaces.end()) {
    return bad("place");
  }
  return revision(call.manager.insert_rule(
      {text_of(*body, "list"), static_cast<policy::Place>(at - kPlaces.begin()),
       text_of(*body, "anchor"), text_of(*body, "rule")},
      call.user));
}

Answer delete_rule(const ConfigurationCall& call) {
  const auto& given = call.target.parameters;
  if (given.size() != 2 || !given.contains("list") || !given.contains("name")) {
    return bad("list or name");
  }
  return revision(call.manager.remove_rule(given.at("list"), given.at("name"), call.user));
}

Answer post_certificates(const ConfigurationCall& call) {
  const auto added = call.manager.add_certificates(as_bytes(call.body), call.user);
  const auto now = added ? call.manager.candidate() : added.status();
  if (!now) {
    return now.status();
  }
  json::array rows;
  for (const std::string& id : *added) {
    const auto row = config::describe_certificate(id, now->configuration.certificates.at(id));
    if (!row) {
      return row.status();
    }
    rows.push_back(to_json(trusted_row(*row)));
  }
  return json::value{{"certificates", std::move(rows)}};
}

Answer get_diff(const ConfigurationCall& call) {
  std::optional<uint32_t> from;
  std::optional<uint32_t> to;
  for (const auto& [name, value] : call.target.parameters) {
    const auto number = version_in(value);
    if ((name != "from" && name != "to") || !number) {
      return bad(name);
    }
    (name == "from" ? from : to) = number;
  }
  if (!from) {
    from = call.manager.active()->version;
  }
  const auto diff = call.manager.diff(from, to);
  return diff ? Answer(json::value{{"diff", *diff}}) : Answer(diff.status());
}

Answer post_check(const ConfigurationCall& call) {
  const auto checked = call.manager.check();
  if (!checked) {
    return checked.status();
  }
  json::array problems;
  for (const policy::Diagnostic& problem : checked->problems) {
    problems.push_back({{"severity", policy::severity_name(problem.severity)},
                        {"code", problem.code},
                        {"text", problem.to_string()}});
  }
  return json::value{{"ok", checked->active != nullptr},
                     {"rules", checked->rules},
                     {"card_rules", checked->card_rules},
                     {"problems", std::move(problems)}};
}

Answer post_commit(const ConfigurationCall& call) {
  const auto body = body_of(call);
  if (!body) {
    return body.status();
  }
  uint32_t minutes = 0;
  if (body->contains("confirm_minutes")) {
    const auto given = number_of(*body, "confirm_minutes");
    if (!given || *given == 0) {
      return bad("confirm_minutes");
    }
    minutes = *given;
  }
  const auto version = call.manager.commit({call.user, text_of(*body, "comment"), minutes});
  return version ? Answer(json::value{{"version", *version}, {"confirm_minutes", minutes}})
                 : Answer(version.status());
}

Answer post_rollback(const ConfigurationCall& call) {
  const auto body = body_of(call);
  const auto number = body ? number_of(*body, "version") : std::nullopt;
  if (!number) {
    return body ? Answer(bad("version")) : Answer(body.status());
  }
  const auto version = call.manager.rollback(*number, {call.user, text_of(*body, "comment"), 0});
  return version ? Answer(json::value{{"version", *version}, {"of", *number}})
                 : Answer(version.status());
}

Answer post_confirm(const ConfigurationCall& call) {
  return done(call.manager.confirm(call.user), "confirmed");
}
Answer delete_candidate(const ConfigurationCall& call) {
  return done(call.manager.discard_candidate(), "discarded");
}

struct Row {
  verb method;
  std::string_view path;
  Answer (*handler)(const ConfigurationCall& call);
};
constexpr auto kRows = std::to_array<Row>({{verb::get, "", get_overview},
                                           {verb::get, "/versions", get_versions},
                                           {verb::get, "/candidate", get_candidate},
                                           {verb::post, "/candidate", post_candidate},
                                           {verb::delete_, "/candidate", delete_candidate},
                                           {verb::post, "/policy", post_policy},
                                           {verb::post, "/rules", post_rule},
                                           {verb::delete_, "/rules", delete_rule},
                                           {verb::post, "/certificates", post_certificates},
                                           {verb::get, "/diff", get_diff},
                                           {verb::post, "/check", post_check},
                                           {verb::post, "/commit", post_commit},
                                           {verb::post, "/confirm", post_confirm},
                                           {verb::post, "/rollback", post_rollback}});

}  // namespace

Result<std::vector<CertificateRow>> pending_certificates(const config::Manager& manager) {
  const auto candidate = manager.candidate();
  if (!candidate) {
    return candidate.status();
  }
  const auto& in_force = manager.active()->configuration.certificates;
  std::vector<CertificateRow> rows;
  for (const auto& [id, pem] : candidate->configuration.certificates) {
    if (in_force.contains(id)) {
      continue;
    }
    const auto row = config::describe_certificate(id, pem);
    if (!row) {
      return row.status();
    }
    rows.push_back(trusted_row(*row));
    rows.back().role = "candidate";
  }
  return rows;
}

std::optional<Answer> answer_configuration(const ConfigurationCall& call) {
  const std::string_view path =
      std::string_view(call.target.path).substr(kConfigurationPath.size());
  for (const Row& row : kRows) {
    if (row.method == call.method && row.path == path) {
      return row.handler(call);
    }
  }
  constexpr std::string_view kVersions = "/versions/";
  constexpr std::string_view kCertificates = "/certificates/";
  if (call.method == verb::get && path.starts_with(kVersions)) {
    return get_version(call, path.substr(kVersions.size()));
  }
  if (call.method == verb::delete_ && path.starts_with(kCertificates)) {
    return done(call.manager.remove_certificate(path.substr(kCertificates.size()), call.user),
                "removed");
  }
  return std::nullopt;
}

}  // namespace vitrine::api
