// Longer than other files: five small commands that share how a policy is read and shown.
#include "host/cli/policy_files.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "host/cli/files.h"
#include "host/cli/table.h"
#include "host/cli/units.h"
#include "policy/compile/check.h"
#include "policy/eval/explain.h"
#include "policy/lang/edit.h"
#include "policy/lang/yaml_tree.h"

namespace vitrine::cli {
namespace {

namespace json = boost::json;

int fail(Environment& environment, const std::string& message, int code = kFailed) {
  environment.err << "vitrine: " << message << "\n";
  return code;
}

int print(Environment& environment, bool as_json, const json::value& value,
          const std::string& text) {
  if (as_json) {
    environment.out << json::serialize(value) << "\n";
  } else {
    environment.out << text;
  }
  environment.out.flush();
  return environment.out.good() ? kDone : kFailed;
}

json::value to_json(const policy::Diagnostic& problem) {
  return {{"severity", policy::severity_name(problem.severity)},
          {"file", problem.file},
          {"line", problem.mark.line},
          {"column", problem.mark.column},
          {"code", problem.code},
          {"message", problem.message},
          {"fix", problem.fix}};
}

std::string to_text(const policy::Diagnostic& problem, const Terminal& terminal) {
  const Colour colour = problem.severity == policy::Severity::kError     ? Colour::kBad
                        : problem.severity == policy::Severity::kWarning ? Colour::kWarn
                                                                         : Colour::kDim;
  return fmt::format(
      "{}: {}: {}\n    {} {}\n",
      terminal.paint(fmt::format("{}:{}:{}", problem.file, problem.mark.line, problem.mark.column),
                     Colour::kBold),
      terminal.paint(policy::severity_name(problem.severity), colour), problem.message,
      terminal.paint("fix:", Colour::kDim), problem.fix);
}

std::string file_name(const std::string& file) { return file == "-" ? "standard input" : file; }

size_t count(const std::vector<policy::Diagnostic>& problems, policy::Severity severity) {
  return static_cast<size_t>(std::count_if(
      problems.begin(), problems.end(),
      [&](const policy::Diagnostic& problem) { return problem.severity == severity; }));
}

json::value to_json(const policy::CheckedState& state) {
  return {{"active_times", state.active},
          {"card_rules", state.rules.generation.rules.size()},
          {"boxes_left_out", state.rules.left_out},
          {"boxes_punted_whole", state.rules.conservative},
          {"proved", state.proof.holds},
          {"cells", state.proof.cells},
          {"cautious_cells", state.proof.cautious}};
}

std::string to_text(const policy::CheckedState& state) {
  std::string text = fmt::format("{}{} card rules, proved equal to the policy over {} cells",
                                 state.active.empty() ? "" : "during " + state.active + ": ",
                                 state.rules.generation.rules.size(), state.proof.cells);
  if (state.proof.cautious > 0) {
    text +=
        fmt::format(" (in {} of them the card asks the host, to be safe)", state.proof.cautious);
  }
  if (state.rules.left_out > 0) {
    text += fmt::format(
        "; {} parts of the policy found no room on the card and are decided by the host",
        state.rules.left_out);
  }
  return text + "\n";
}

Result<policy::Loaded> load(const std::string& file) {
  auto text = read_file(file, policy::kMaxPolicyBytes);
  if (!text) {
    return text.status();
  }
  return policy::load_rulebook(*text, file_name(file), policy::files_beside(file));
}

// Shows the errors of a policy that cannot be used.
int refuse(const policy::Loaded& loaded, bool as_json, Environment& environment) {
  json::array problems;
  std::string text;
  for (const policy::Diagnostic& problem : loaded.problems) {
    problems.push_back(to_json(problem));
    text += to_text(problem, environment.terminal);
  }
  (void)print(environment, as_json, {{"ok", false}, {"problems", std::move(problems)}}, text);
  return kFailed;
}

// "192.0.2.1:443", "[2001:db8::1]:443", and without the port where it may be left out.
Result<Endpoint> parse_endpoint(const std::string& text, std::optional<uint16_t> otherwise) {
  const bool bracketed = text.starts_with('[');
  const size_t close = text.find(']');
  size_t colon =
      bracketed ? (close == std::string::npos ? close : text.find(':', close)) : text.rfind(':');
  if (!bracketed && std::count(text.begin(), text.end(), ':') > 1) {
    colon = std::string::npos;  // an IPv6 address alone
  }
  const auto address =
      IpAddress::parse(bracketed ? text.substr(1, close - 1) : text.substr(0, colon));
  if (!address) {
    return address.status();
  }
  Endpoint endpoint{*address, otherwise.value_or(0)};
  if (colon == std::string::npos) {
    return otherwise ? Result<Endpoint>(endpoint)
                     : Result<Endpoint>(Code::kInvalidArgument,
                                        "'" + text +
                                            "' has no port: say ADDRESS:PORT, e.g. "
                                            "192.0.2.1:443 or [2001:db8::1]:443");
  }
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, endpoint.port);
  if (error != std::errc() || stop != end) {
    return {Code::kInvalidArgument, "'" + text + "': the port must be 0 to 65535"};
  }
  return endpoint;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

Result<card::VlanTags> parse_vlan(const std::string& text) {
  if (text == "none") {
    return card::VlanTags{};
  }
  card::VlanTags tags;
  const size_t dot = text.find('.');
  const auto number = [](std::string_view digits, uint16_t& id) {
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    return error == std::errc() && stop == digits.data() + digits.size() && id <= 4094;
  };
  const std::string_view view = text;
  if (!number(view.substr(0, dot), tags.outer) ||
      (dot != std::string::npos && !number(view.substr(dot + 1), tags.inner))) {
    return {Code::kInvalidArgument, "--vlan '" + text + "': say none, 10 or 10.20"};
  }
  return tags;
}

Result<policy::Facts> facts_of(const ExplainRequest& request, const Clock& clock) {
  policy::Facts facts;
  const auto service = policy::parse_service(request.protocol);
  if (!service) {
    return Status(Code::kInvalidArgument, "--protocol: " + service.status().message());
  }
  facts.key.protocol = static_cast<uint8_t>(service->first >> 16);
  const bool has_ports = facts.key.protocol == policy::kTcp || facts.key.protocol == policy::kUdp;
  constexpr uint16_t kSomePort = 40000;
  const auto source = parse_endpoint(request.source, has_ports ? kSomePort : uint16_t{0});
  const auto destination = parse_endpoint(
      request.destination, has_ports ? std::nullopt : std::optional<uint16_t>(uint16_t{0}));
  const auto vlan = parse_vlan(request.vlan);
  for (const Status& status : {source.status(), destination.status(), vlan.status()}) {
    if (!status) {
      return status;
    }
  }
  if (source->address.version != destination->address.version) {
    return Status(Code::kInvalidArgument, "source and destination are of different IP versions");
  }
  facts.key.ingress = request.zone == "inside" ? card::Port::kInside : card::Port::kOutside;
  facts.key.vlan = *vlan;
  facts.key.source = source->address;
  facts.key.source_port = source->port;
  facts.key.destination = destination->address;
  facts.key.destination_port = destination->port;
  facts.wall_ms = clock.wall_ms();
  if (!request.time.empty()) {
    const auto time = parse_since(request.time, facts.wall_ms);
    if (!time) {
      return Status(
          Code::kInvalidArgument,
          "--time '" + request.time + "': say 2014-02-05T05:21 (UTC), or 2h for two hours ago");
    }
    facts.wall_ms = *time;
  }
  if (!request.server_name.empty() || request.no_server_name || !request.tls.empty()) {
    facts.known.hello = policy::Known::kYes;
    facts.server_name = policy::normal_host(request.server_name);
    for (const policy::NamedBit& version : policy::kTlsVersionNames) {
      if (version.name == request.tls) {
        facts.tls_version = static_cast<uint8_t>(version.bit);
      }
    }
  }
  if (!request.issuer.empty() || !request.fingerprint.empty() || !request.states.empty()) {
    facts.known.certificate = policy::Known::kYes;
    facts.issuer = lower(request.issuer);
    facts.fingerprint = lower(request.fingerprint);
    std::erase(facts.fingerprint, ':');
    facts.certificate_state =
        request.states.empty() ? uint16_t{policy::kCertificateValid} : uint16_t{0};
    for (const policy::NamedBit& state : policy::kCertificateStateNames) {
      if (std::find(request.states.begin(), request.states.end(), state.name) !=
          request.states.end()) {
        facts.certificate_state = static_cast<uint16_t>(facts.certificate_state | state.bit);
      }
    }
  }
  if (!request.method.empty() || !request.path.empty() || !request.host.empty() ||
      !request.content_type.empty()) {
    facts.known.http = policy::Known::kYes;
    facts.http_method = request.method;
    facts.http_path = request.path;
    facts.http_host =
        policy::normal_host(request.host.empty() ? request.server_name : request.host);
    if (!request.content_type.empty()) {
      facts.content_type = lower(request.content_type);
    }
  }
  return facts;
}

const char* truth_name(policy::Truth truth) {
  switch (truth) {
    case policy::Truth::kFalse:
      return "no";
    case policy::Truth::kTrue:
      return "yes";
    case policy::Truth::kUnknown:
      return "perhaps";
  }
  return "no";
}

// Where the first packet of the connection is judged.
std::string place_of(const policy::Rulebook& book, const policy::Facts& facts,
                     card::Action& action) {
  const auto rules = policy::compile_rulebook(book, {0, facts.wall_ms});
  if (!rules) {
    action = card::Action::kPunt;
    return "nowhere: " + rules.status().message();
  }
  action = policy::first_match(rules->generation, facts.key);
  const bool tcp = facts.key.protocol == policy::kTcp;
  const bool quic =
      facts.key.protocol == policy::kUdp && facts.key.destination_port == policy::kHttps;
  // As session/active_policy.h has it: what would be dropped silently is told by the host.
  if (action == card::Action::kDrop && (tcp || quic)) {
    action = card::Action::kPunt;
    return "host: it drops the packets, tells both ends, and an event says why";
  }
  switch (action) {
    case card::Action::kForward:
      return "card: it forwards the packets itself";
    case card::Action::kDrop:
      return "card: it drops the packets itself";
    case card::Action::kPunt:
    case card::Action::kSplice:
      break;
  }
  return "host: the card sends it the first packets";
}

std::string decision_text(const policy::Explanation& explained) {
  std::string text = policy::ruling_name(explained.decided.ruling);
  if (explained.decided.ruling == policy::Ruling::kDecrypt) {
    text = policy::action_text(explained.decided.decrypt);
    if (!explained.decided.access.decided) {
      text += fmt::format(", access waits for the {}",
                          policy::stage_name(explained.decided.access.needs));
    }
  }
  if (explained.decided.ruling == policy::Ruling::kNeedMore) {
    text += fmt::format(": waits for the {}", policy::stage_name(explained.decided.needs));
  }
  return text;
}

std::string render(const policy::Explanation& explained, const std::string& where,
                   const Terminal& terminal) {
  std::string text =
      fmt::format("decision  {}\nby        {}\nwhere     {}\n",
                  terminal.paint(decision_text(explained), Colour::kBold), explained.rule, where);
  if (!explained.identity.empty()) {
    text += fmt::format("who       {}\n", explained.identity);
  }
  Table table({{"list"},
               {"line", Column::Align::kRight},
               {"rule"},
               {"action"},
               {"holds"},
               {"why", Column::Align::kLeft, 20}});
  for (const policy::ExplainedRule& rule : explained.rules) {
    const Colour colour = rule.decides ? Colour::kBold : Colour::kPlain;
    table.add({rule.list,
               rule.line > 0 ? std::to_string(rule.line) : "",
               {rule.name.empty() ? "(default)" : rule.name, colour},
               rule.action,
               truth_name(rule.truth),
               rule.why});
  }
  return text + "\n" + table.render(terminal);
}

json::value to_json(const policy::Explanation& explained, card::Action action,
                    const std::string& where) {
  constexpr const char* kLists[] = {"decryption", "access", "quic"};
  json::array rules;
  for (const policy::ExplainedRule& rule : explained.rules) {
    rules.push_back({{"list", rule.list},
                     {"rule", rule.name},
                     {"line", rule.line},
                     {"action", rule.action},
                     {"holds", truth_name(rule.truth)},
                     {"decides", rule.decides},
                     {"why", rule.why}});
  }
  return {{"decision", policy::ruling_name(explained.decided.ruling)},
          {"detail", decision_text(explained)},
          {"list", kLists[static_cast<size_t>(explained.decided.by)]},
          {"rule", explained.rule},
          {"needs", explained.decided.ruling == policy::Ruling::kNeedMore
                        ? policy::stage_name(explained.decided.needs)
                        : ""},
          {"identity", explained.identity},
          {"decided_on_card", action != card::Action::kPunt},
          {"where", where},
          {"rules", std::move(rules)}};
}

int finish_edit(const EditRequest& request, const Result<std::string>& edited,
                const std::string& text, bool as_json, Environment& environment) {
  if (!edited) {
    return fail(environment, file_name(request.file) + ": " + edited.status().message());
  }
  if (!request.in_place) {
    return print(environment, as_json, {{"policy", *edited}}, *edited);
  }
  if (const Status status = write_file(request.file, *edited); !status) {
    return fail(environment, status.message());
  }
  return print(environment, as_json, {{"file", request.file}}, text);
}

}  // namespace

int policy_check(const std::string& file, bool strict, bool as_json, Environment& environment) {
  const auto text = read_file(file, policy::kMaxPolicyBytes);
  if (!text) {
    return fail(environment, text.status().message());
  }
  policy::CheckOptions options;
  options.target.wall_ms = environment.clock.wall_ms();
  const policy::CheckReport report =
      policy::check(*text, file_name(file), policy::files_beside(file), options);
  const size_t errors = count(report.problems, policy::Severity::kError);
  const size_t warnings = count(report.problems, policy::Severity::kWarning);
  const bool ok = report.ok && (!strict || warnings == 0);
  json::array problems;
  std::string shown;
  for (const policy::Diagnostic& problem : report.problems) {
    problems.push_back(to_json(problem));
    shown += to_text(problem, environment.terminal);
  }
  json::array states;
  for (const policy::CheckedState& state : report.states) {
    states.push_back(to_json(state));
    shown += to_text(state);
  }
  const size_t rules = report.book == nullptr
                           ? 0
                           : report.book->identity.size() + report.book->decryption.size() +
                                 report.book->access.size();
  shown += report.book == nullptr
               ? fmt::format("{}: not usable, {} errors\n", file_name(file), errors)
               : fmt::format("{}: {}, {} rules, {} warnings\n", file_name(file),
                             ok ? "good" : "not good", rules, warnings);
  const int printed = print(environment, as_json,
                            {{"ok", ok},
                             {"rules", rules},
                             {"errors", errors},
                             {"warnings", warnings},
                             {"problems", std::move(problems)},
                             {"states", std::move(states)}},
                            shown);
  return ok ? printed : static_cast<int>(kFailed);
}

int policy_explain(const ExplainRequest& request, bool as_json, Environment& environment) {
  const auto facts = facts_of(request, environment.clock);
  if (!facts) {
    return fail(environment, facts.status().message(), kUsage);
  }
  const auto loaded = load(request.file);
  if (!loaded) {
    return fail(environment, loaded.status().message());
  }
  if (loaded->book == nullptr) {
    return refuse(*loaded, as_json, environment);
  }
  const policy::Explanation explained = policy::explain(*loaded->book, *facts);
  card::Action action = card::Action::kPunt;
  const std::string where = place_of(*loaded->book, *facts, action);
  return print(environment, as_json, to_json(explained, action, where),
               render(explained, where, environment.terminal));
}

int policy_used_by(const std::string& file, const std::string& object, bool as_json,
                   Environment& environment) {
  const auto loaded = load(file);
  if (!loaded) {
    return fail(environment, loaded.status().message());
  }
  if (loaded->book == nullptr) {
    return refuse(*loaded, as_json, environment);
  }
  json::array users;
  std::string text;
  for (const policy::Reference& reference : loaded->book->used_by(object)) {
    users.push_back({{"kind", reference.kind},
                     {"object", reference.object},
                     {"user", reference.user},
                     {"line", reference.mark.line},
                     {"column", reference.mark.column}});
    text += fmt::format("{}:{}:{}: {} '{}' is used by {}\n", file_name(file), reference.mark.line,
                        reference.mark.column, reference.kind, object, reference.user);
  }
  const bool none = users.empty();
  return print(environment, as_json, {{"used_by", std::move(users)}},
               none ? fmt::format("'{}' is used by nothing\n", object) : text);
}

int policy_insert(const EditRequest& request, bool as_json, Environment& environment) {
  const auto policy_text = read_file(request.file, policy::kMaxPolicyBytes);
  const auto rule = read_file(request.rule_file, policy::kMaxPolicyBytes);
  if (!policy_text || !rule) {
    return fail(environment, (policy_text ? rule : policy_text).status().message());
  }
  const policy::Place place = !request.above.empty()   ? policy::Place::kAbove
                              : !request.below.empty() ? policy::Place::kBelow
                                                       : policy::Place::kLast;
  const auto edited =
      policy::insert_rule(*policy_text, request.list, place,
                          place == policy::Place::kAbove ? request.above : request.below, *rule);
  return finish_edit(request, edited, fmt::format("Added the rule to {}.\n", request.file), as_json,
                     environment);
}

int policy_delete(const EditRequest& request, bool as_json, Environment& environment) {
  const auto policy_text = read_file(request.file, policy::kMaxPolicyBytes);
  if (!policy_text) {
    return fail(environment, policy_text.status().message());
  }
  return finish_edit(request, policy::remove_rule(*policy_text, request.list, request.name),
                     fmt::format("Removed '{}' from {}.\n", request.name, request.file), as_json,
                     environment);
}

}  // namespace vitrine::cli
