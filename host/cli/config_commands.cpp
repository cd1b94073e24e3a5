#include "host/cli/config_commands.h"

#include <algorithm>

#include <fmt/format.h>

#include "host/api/config_routes.h"
#include "host/cli/commands.h"
#include "host/cli/config_render.h"
#include "host/cli/files.h"
#include "host/cli/view.h"
#include "host/config/policy_file.h"

namespace vitrine::cli {
namespace {

namespace json = boost::json;
using What = ConfigArguments::What;
using Answer = Result<json::value>;

// A configuration as JSON may be longer than its texts, by their escapes.
constexpr size_t kMaxExport = 2 * config::kMaxConfigurationBytes;

std::string config_path(std::string_view rest) {
  return std::string(api::kConfigurationPath) + std::string(rest);
}

// A word as YAML in double quotes (which JSON's strings are).
Result<std::string> quoted(const std::string& word) {
  if (std::any_of(word.begin(), word.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' '; })) {
    return Status(Code::kInvalidArgument, "a rule cannot hold control characters");
  }
  return json::serialize(json::string(word));
}

Status add_words(std::string& text, const char* key, const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) {
    const auto one = quoted(word);
    if (!one) {
      return one.status();
    }
    list += (list.empty() ? "" : ", ") + *one;
  }
  if (!list.empty()) {
    text += fmt::format("{}: [{}]\n", key, list);
  }
  return Status::ok();
}

Answer add_rule(const api::Client& client, const ConfigArguments& a) {
  auto rule = rule_text(a);
  if (!rule) {
    return rule.status();
  }
  const char* place = !a.above.empty() ? "above" : !a.below.empty() ? "below" : "last";
  return client.post(config_path("/rules"),
                     json::serialize(json::value{{"list", a.list},
                                                 {"place", a.first ? "first" : place},
                                                 {"anchor", a.above.empty() ? a.below : a.above},
                                                 {"rule", *rule}}));
}

Answer set_policy(const api::Client& client, const config::PolicyFile& policy,
                  std::optional<uint64_t> revision) {
  json::object files;
  for (const auto& [name, text] : policy.files) {
    files[name] = text;
  }
  json::object body{{"policy", policy.text}, {"files", std::move(files)}};
  if (revision) {
    body["revision"] = *revision;
  }
  return client.post(config_path("/policy"), json::serialize(body));
}

Answer edit_policy(const api::Client& client) {
  Answer candidate = client.get(config_path("/candidate"));
  if (!candidate) {
    return candidate;
  }
  config::PolicyFile policy{text_at(*candidate, "/configuration/policy"), {}};
  for (const auto& file : candidate->at("configuration").at("files").as_object()) {
    policy.files.emplace(file.key(), file.value().as_string());
  }
  auto edited = edit_text(policy.text);
  if (!edited) {
    return edited.status();
  }
  if (*edited == policy.text) {
    return Status(Code::kAlreadyExists, "nothing was changed");
  }
  policy.text = std::move(edited).value();
  return set_policy(client, policy, number_at(*candidate, "/revision"));
}

Answer get_diff(const api::Client& client, const ConfigArguments& a) {
  std::string query;
  for (const auto& [name, number] : {std::pair{"from", a.from}, std::pair{"to", a.to}}) {
    if (number > 0) {
      query += fmt::format("{}{}={}", query.empty() ? "?" : "&", name, number);
    }
  }
  return client.get(config_path("/diff" + query));
}

Answer export_version(const api::Client& client, uint32_t version) {
  uint64_t number = version;
  if (number == 0) {
    Answer overview = client.get(config_path(""));
    if (!overview) {
      return overview;
    }
    number = number_at(*overview, "/active/version");
  }
  const Answer found = client.get(config_path(fmt::format("/versions/{}", number)));
  return found ? Answer(found->at("configuration")) : found;
}

Answer commit(const api::Client& client, const ConfigArguments& a) {
  json::object body{{"comment", a.comment}};
  if (a.minutes > 0) {
    body["confirm_minutes"] = a.minutes;
  }
  return client.post(config_path("/commit"), json::serialize(body));
}

}  // namespace

Result<std::string> rule_text(const ConfigArguments& a) {
  const auto name = quoted(a.name);
  if (!name) {
    return name.status();
  }
  std::string text = "name: " + *name + "\n";
  for (const auto& [key, words] :
       {std::pair{"source", &a.source}, std::pair{"destination", &a.destination},
        std::pair{"service", &a.service}, std::pair{"sni", &a.sni}}) {
    if (Status added = add_words(text, key, *words); !added) {
      return added;
    }
  }
  for (const std::string& setting : a.settings) {
    const size_t equal = setting.find('=');
    if (equal == 0 || equal == std::string::npos || !quoted(setting)) {
      return {Code::kInvalidArgument, "--set '" + setting + "': say KEY=VALUE"};
    }
    text += setting.substr(0, equal) + ": " + setting.substr(equal + 1) + "\n";
  }
  const auto action = quoted(a.action);
  if (!action) {
    return action.status();
  }
  return a.action.empty() ? text : text + "action: " + *action + "\n";
}

int Commands::configuration(const ConfigArguments& a) {
  switch (a.what) {
    case What::kOverview:
      return show(config_path(""), render_overview);
    case What::kShow:
      return show(config_path("/candidate"), render_candidate);
    case What::kHistory:
      return show(config_path(fmt::format("/versions?limit={}", a.limit)), render_history);
    case What::kCheck:
      return check_candidate(a.strict);
    case What::kExport:
      return export_configuration(a);
    case What::kDiscard:
      if (!a.yes) {
        env_.err << "vitrine: this forgets every edit since the last commit (`vitrine diff`); say "
                    "--yes to do it\n";
        return kUsage;
      }
      break;
    default:
      break;
  }
  const Answer answer = change(a);
  return answer ? print(*answer, render_change(a.what, *answer, env_.terminal))
                : fail(answer.status());
}

Answer Commands::change(const ConfigArguments& a) {
  switch (a.what) {
    case What::kEdit:
      return edit_policy(client_);
    case What::kDiscard:
      return client_.remove(config_path("/candidate"));
    case What::kDiff:
      return get_diff(client_, a);
    case What::kCommit:
      return commit(client_, a);
    case What::kConfirm:
      return client_.post(config_path("/confirm"), "{}");
    case What::kRollback:
      return client_.post(
          config_path("/rollback"),
          json::serialize(json::value{{"version", a.version}, {"comment", a.comment}}));
    case What::kAddRule:
      return add_rule(client_, a);
    case What::kDeleteRule:
      return client_.remove(
          config_path(fmt::format("/rules?list={}&name={}", a.list, api::percent_encode(a.name))));
    default:
      break;
  }
  auto text = read_file(a.file, kMaxExport);
  if (!text) {
    return text.status();
  }
  return a.what == What::kImport
             ? client_.post(config_path("/candidate"), std::move(text).value())
             : set_policy(client_, config::with_files(std::move(text).value(), a.file), {});
}

int Commands::check_candidate(bool strict) {
  const Answer answer = client_.post(config_path("/check"), "{}");
  if (!answer) {
    return fail(answer.status());
  }
  const auto& problems = array_at(*answer, "/problems");
  const bool warned = std::any_of(problems.begin(), problems.end(), [](const json::value& row) {
    return text_at(row, "/severity") == "warning";
  });
  const int shown = print(*answer, render_check(*answer, env_.terminal));
  return flag_at(*answer, "/ok") && !(strict && warned) ? shown : static_cast<int>(kFailed);
}

int Commands::export_configuration(const ConfigArguments& a) {
  const Answer found = export_version(client_, a.version);
  if (!found) {
    return fail(found.status());
  }
  const std::string text = json::serialize(*found) + "\n";
  if (a.file.empty()) {
    env_.out << text;
    return kDone;
  }
  const Status written = write_file(a.file, text);
  return written ? kDone : fail(written);
}

}  // namespace vitrine::cli
