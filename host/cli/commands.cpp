#include "host/cli/commands.h"

#include <fmt/format.h>

#include "host/api/config_routes.h"
#include "host/api/target.h"
#include "host/cli/config_render.h"
#include "host/cli/event_csv.h"
#include "host/cli/files.h"
#include "host/cli/render.h"
#include "host/cli/sheet.h"
#include "host/cli/units.h"
#include "host/cli/view.h"
#include "host/events/json.h"

namespace vitrine::cli {
namespace {

namespace json = boost::json;

std::string no_daemon(const std::string& socket) {
  return fmt::format(
      "vitrined is not running at {}: start it with `vitrined --inside IF --outside IF --state "
      "DIR`, "
      "or name its socket with --socket",
      socket);
}

std::string no_access(const std::string& socket) {
  return fmt::format("no permission to talk to vitrined at {}: use root, or a member of its group",
                     socket);
}

}  // namespace

int Commands::fail(const Status& status) {
  if (status.code() == Code::kUnavailable && !client_.reachable()) {
    env_.err << "vitrine: " << no_daemon(client_.socket_path()) << "\n";
    return kNotReachable;
  }
  if (status.code() == Code::kPermission && !client_.permitted()) {
    env_.err << "vitrine: " << no_access(client_.socket_path()) << "\n";
    return kNotReachable;
  }
  env_.err << "vitrine: " << status.message() << "\n";
  return kFailed;
}

int Commands::print(const json::value& value, const std::string& text) {
  if (json_) {
    env_.out << json::serialize(value) << "\n";
  } else {
    env_.out << text;
  }
  env_.out.flush();
  return env_.out.good() ? kDone : kFailed;
}

int Commands::show(const std::string& target, Render render) {
  const auto answer = client_.get(target);
  return answer ? print(*answer, json_ ? "" : render(*answer, env_.terminal))
                : fail(answer.status());
}

int Commands::status() { return show("/v1/status", render_status); }
int Commands::counters() { return show("/v1/counters", render_counters); }
int Commands::policy_show() { return show("/v1/policy", render_policy); }
int Commands::exclusions() { return show("/v1/exclusions", render_exclusions); }
int Commands::exclusions_clear() {
  const auto answer = client_.remove("/v1/exclusions");
  if (!answer) {
    return fail(answer.status());
  }
  return print(*answer, "cleared: " + std::to_string(number_at(*answer, "/cleared")) + "\n");
}
int Commands::cert_list() { return show("/v1/certificates", render_certificates); }

int Commands::flows(uint32_t limit) {
  return show(fmt::format("/v1/flows?limit={}", limit), render_flows);
}

Result<std::string> Commands::events_target(const EventFilters& filters, bool follow) const {
  std::string target = fmt::format("/v1/events{}?limit={}", follow ? "/follow" : "", filters.limit);
  const auto add_always = [&target](std::string_view name, const std::string& value) {
    target += fmt::format("&{}={}", api::percent_encode(name), api::percent_encode(value));
  };
  const auto add = [&add_always](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      add_always(name, value);
    }
  };
  add("type", filters.type);
  add("cause", filters.cause);
  add("source", filters.source);
  add("destination", filters.destination);
  add("host", filters.host);
  for (const std::string& where : filters.where) {
    const size_t equals = where.find('=');
    if (equals == std::string::npos || where.find('.') > equals) {
      return Status(
          Code::kInvalidArgument,
          fmt::format("--where '{}': say GROUP.FIELD=VALUE, as in source.user=ada", where));
    }
    add_always(where.substr(0, equals), where.substr(equals + 1));
  }
  if (filters.after > 0) {
    target += fmt::format("&after={}", filters.after);
  }
  if (!filters.since.empty()) {
    const auto since = parse_since(filters.since, env_.clock.wall_ms());
    if (!since) {
      return Status(
          Code::kInvalidArgument,
          fmt::format("--since '{}': say 10m, 2h, 1d or 2014-02-05T05:21 (UTC)", filters.since));
    }
    target += fmt::format("&since={}", *since);
  }
  return target;
}

int Commands::events(const EventFilters& filters, bool follow) {
  const auto target = events_target(filters, follow);
  if (!target) {
    env_.err << "vitrine: " << target.status().message() << "\n";
    return kUsage;
  }
  if (follow) {
    return follow_events(*target, filters.csv);
  }
  if (!filters.count_by.empty()) {
    return count_events(*target, filters.count_by);
  }
  const auto answer = client_.get(*target);
  if (!answer) {
    return fail(answer.status());
  }
  if (filters.csv) {
    return print_csv(*answer);
  }
  if (!json_) {
    return print(*answer, render_events(*answer, env_.terminal));
  }
  for (const json::value& event : array_at(*answer, "/events")) {  // an object a line, as follow
    env_.out << json::serialize(event) << "\n";
  }
  return kDone;
}

int Commands::follow_events(const std::string& target, bool csv) {
  env_.out << (csv ? csv_title() : "");
  const Status status = client_.follow(target, [this, csv](const json::value& value) {
    if (csv) {
      const auto event = events::event_from_json(value);
      env_.out << (event ? csv_line(*event) : "");
    } else if (json_) {
      env_.out << json::serialize(value) << "\n";
    } else if (const auto event = events::event_from_json(value)) {
      env_.out << event_line(*event, env_.terminal);
    }
    env_.out.flush();
    return env_.out.good();
  });
  return status ? kDone : fail(status);
}

int Commands::event(uint64_t id) {
  const auto answer = client_.get(fmt::format("/v1/events/{}", id));
  if (!answer) {
    return fail(answer.status());
  }
  const auto event = events::event_from_json(*answer);
  return event ? print(*answer, event_sheet(*event, env_.terminal)) : fail(event.status());
}

int Commands::cert_import(const std::string& file) {
  auto text = read_file(file);
  if (!text) {
    env_.err << "vitrine: " << text.status().message() << "\n";
    return kFailed;
  }
  const auto answer =
      client_.post(std::string(api::kConfigurationPath) + "/certificates", std::move(text).value());
  return answer ? print(*answer, render_added(*answer, env_.terminal)) : fail(answer.status());
}

int Commands::mirror(const MirrorArguments& arguments) {
  if (arguments.output.empty() && env_.terminal.width > 0) {
    env_.err << "vitrine: a mirror is binary: name a file with --output, or pipe it, as in "
                "`vitrine mirror | tshark -r -`\n";
    return kUsage;
  }
  const Status done = cli::mirror(arguments, client_, env_);
  return done ? kDone : fail(done);
}

int Commands::cert_remove(const std::string& id) {
  const auto answer = client_.remove(
      fmt::format("{}/certificates/{}", api::kConfigurationPath, api::percent_encode(id)));
  return answer ? print(*answer, fmt::format("The candidate does without {}. `vitrine commit` puts "
                                             "it in force.\n",
                                             id))
                : fail(answer.status());
}

int Commands::ca_init(const CaInitRequest& request) {
  if (!env_.ca_init) {
    env_.err << "vitrine: this build cannot make a CA\n";
    return kFailed;
  }
  const auto made = env_.ca_init(request);
  if (!made) {
    env_.err << "vitrine: " << made.status().message() << "\n";
    return kFailed;
  }
  const std::string text =
      "Made the decryption CA.\n" + render_certificate(made->at("certificate"), env_.terminal) +
      fmt::format(
          "Install it on the clients: `vitrine cert ca export --state {} > vitrine-ca.pem`\n",
          request.state_dir);
  return print(*made, text);
}

Result<json::value> Commands::ca(const std::string& state_dir) const {
  if (state_dir.empty()) {
    return client_.get("/v1/ca");
  }
  return env_.ca_show ? env_.ca_show(state_dir)
                      : Result<json::value>(Code::kUnsupported, "this build cannot read a CA");
}

int Commands::ca_show(const std::string& state_dir) {
  const auto found = ca(state_dir);
  return found ? print(*found, render_certificate(found->at("certificate"), env_.terminal))
               : fail(found.status());
}

int Commands::ca_export(const std::string& state_dir, const std::string& file) {
  const auto found = ca(state_dir);
  if (!found) {
    return fail(found.status());
  }
  const std::string pem = text_at(*found, "/pem");
  if (file.empty()) {
    return print(*found, pem);
  }
  if (Status status = write_file(file, pem); !status) {
    return fail(status);
  }
  return kDone;
}

}  // namespace vitrine::cli
