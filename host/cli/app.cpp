#include "host/cli/app.h"

#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "host/api/client.h"
#include "host/cli/card_commands.h"
#include "host/cli/commands.h"
#include "host/cli/fetch_command.h"
#include "host/cli/policy_files.h"
#include "host/events/query.h"

namespace vitrine::cli {
namespace {

constexpr const char* kDefaultStateDir = "/var/lib/vitrine";
constexpr const char* kFooter = R"(Examples:
  vitrine status
  vitrine events --follow --type tls_abort
  vitrine events --since 2h --host example.org --json
  vitrine events --count-by inspection.cause --since 1d
  vitrine event 42
  vitrine cert ca init --state /var/lib/vitrine
  vitrine rule add asa --above decrypt-all --destination 192.0.2.7 --action do-not-decrypt
  vitrine cert import server.pem
  vitrine diff
  vitrine commit --confirmed 10
  vitrine confirm
  vitrine policy check policy.yaml
  vitrine policy explain policy.yaml 10.0.0.7 192.0.2.1:443 --sni www.bank.example
  vitrine trust check --host example.org chain.pem

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 vitrined cannot be reached.)";

constexpr const char* kTrustFooter = R"(Examples:
  vitrine trust check --host example.org chain.pem
  vitrine trust check --host fw.example --state /var/lib/vitrine --json chain.pem
  vitrine trust check --ip 192.0.2.7 --roots root.pem --no-system-roots --crl root.crl chain.pem
  vitrine trust check --host example.org --time 2027-01-01 chain.pem

Exit codes: 0 trusted, 1 not trusted, 2 unusable input.)";

// What the command line says; filled by the parser.
struct Arguments {
  std::string socket;
  std::string instance;
  bool json = false;
  bool no_color = false;
  EventFilters filters;
  bool follow = false;
  bool markdown = false;
  uint64_t event_id = 0;
  uint32_t flow_limit = 1000;
  std::string file;
  std::string certificate_id;
  FetchRequest fetch;
  std::string output;
  std::string state_dir;
  CaInitRequest ca;
  std::string policy_file;
  std::string policy_object;
  bool strict = false;
  ExplainRequest explain;
  EditRequest edit;
  TrustArguments trust;
  MirrorArguments mirror;
  LicenceArguments licence;
  ConfigArguments config;
  CardArguments card;
  std::function<int(Commands&)> action;
  std::function<int(Environment&)> file_action;  // of commands that need no daemon; goes first
};

// Empty for a name of /etc/vitrine/NAME.conf, else what is wrong.
std::string check_instance(const std::string& name) {
  const bool plain = !name.empty() && name.front() != '.' && name.find('/') == std::string::npos;
  return plain ? "" : "'" + name + "' is not the name of an instance";
}

// The command `name` of `parent`, which does `action`.
CLI::App* add_command(CLI::App& parent, Arguments& arguments, const std::string& name,
                      const std::string& text, std::function<int(Commands&)> action) {
  CLI::App* command = parent.add_subcommand(name, text);
  command->fallthrough();
  command->callback([&arguments, action = std::move(action)] { arguments.action = action; });
  return command;
}

// A command that works on a file; `action` is not asked for vitrined.
CLI::App* add_file_command(CLI::App& parent, Arguments& arguments, const std::string& name,
                           const std::string& text, std::function<int(Environment&)> action,
                           const std::string& examples) {
  CLI::App* command = parent.add_subcommand(name, text);
  command->fallthrough();
  command->footer("Examples:\n" + examples);
  command->callback([&arguments, action = std::move(action)] { arguments.file_action = action; });
  return command;
}

std::vector<std::string> type_codes() {
  std::vector<std::string> codes;
  codes.reserve(events::kEventTypes.size());
  for (const events::EventTypeText& type : events::kEventTypes) {
    codes.emplace_back(type.code);
  }
  return codes;
}

void add_event_commands(CLI::App& app, Arguments& a) {
  CLI::App* events = add_command(app, a, "events", "List events, the newest last",
                                 [&a](Commands& c) { return c.events(a.filters, a.follow); });
  events->add_flag("-f,--follow", a.follow, "Go on with events as they happen");
  events->add_option("--type", a.filters.type, "Only this type")
      ->check(CLI::IsMember(type_codes()));
  events->add_option("--cause", a.filters.cause, "Only this cause, e.g. certificate_self_signed");
  events->add_option("--source", a.filters.source, "Only this source address");
  events->add_option("--destination", a.filters.destination, "Only this destination address");
  events->add_option("--host", a.filters.host, "Only this server name");
  events->add_option("--since", a.filters.since,
                     "Only since: 10m, 2h, 1d ago, or 2014-02-05T05:21 (UTC)");
  events->add_option("--after", a.filters.after, "Only events after this id")
      ->check(CLI::NonNegativeNumber);
  events->add_option("-n,--limit", a.filters.limit, "At most this many, the newest")
      ->check(CLI::Range(0U, events::EventQuery::kMaxLimit))
      ->capture_default_str();
  events
      ->add_option("--where", a.filters.where,
                   "Only where a field has this value, e.g. source.user=ada; may be repeated")
      ->take_all()
      ->expected(1);
  CLI::Option* csv = events->add_flag("--csv", a.filters.csv, "Every field, comma-separated");
  events
      ->add_option("--count-by", a.filters.count_by,
                   "Count them by a field, e.g. policy.access_rule")
      ->excludes("--follow")
      ->excludes(csv);
  CLI::App* causes = add_command(app, a, "causes", "List the causes that events can have",
                                 [&a](Commands& c) { return c.causes(a.markdown); });
  causes->add_flag("--markdown", a.markdown, "As docs/causes.md, with what to do next");
  CLI::App* event = add_command(app, a, "event", "Show every field of one event",
                                [&a](Commands& c) { return c.event(a.event_id); });
  event->add_option("id", a.event_id, "The event's id")->required()->check(CLI::PositiveNumber);
}

void add_ca_commands(CLI::App& cert, Arguments& a) {
  CLI::App* ca = cert.add_subcommand("ca", "The decryption CA, whose certificate clients trust");
  ca->require_subcommand(1);
  ca->fallthrough();
  CLI::App* init = add_command(*ca, a, "init", "Make the CA (no running vitrined needed)",
                               [&a](Commands& c) { return c.ca_init(a.ca); });
  a.ca.state_dir = kDefaultStateDir;
  a.ca.key_type = "ecdsa";
  init->add_option("--state", a.ca.state_dir, "vitrined's state directory")->capture_default_str();
  init->add_option("--subject", a.ca.subject, "e.g. /O=Example/CN=Example Inspection CA");
  init->add_option("--key", a.ca.key_type, "Kind of key")
      ->check(CLI::IsMember({"ecdsa", "rsa"}))
      ->capture_default_str();
  init->add_option("--days", a.ca.days, "Days of validity")
      ->check(CLI::Range(1, 7300))
      ->capture_default_str();
  CLI::App* show = add_command(*ca, a, "show", "Show its certificate",
                               [&a](Commands& c) { return c.ca_show(a.state_dir); });
  CLI::App* export_ca =
      add_command(*ca, a, "export", "Write its certificate as PEM, to install on clients",
                  [&a](Commands& c) { return c.ca_export(a.state_dir, a.output); });
  for (CLI::App* command : {show, export_ca}) {
    command->add_option("--state", a.state_dir, "Read it there instead of asking vitrined");
  }
  export_ca->add_option("-o,--output", a.output, "File to write; default: standard output");
}

void add_certificate_commands(CLI::App& app, Arguments& a) {
  CLI::App* cert = app.add_subcommand("cert", "Certificates: the CA, and trusted servers");
  cert->require_subcommand(1);
  cert->fallthrough();
  add_command(*cert, a, "list", "List certificates", [](Commands& c) { return c.cert_list(); });
  CLI::App* import =
      add_command(*cert, a, "import",
                  "Trust the certificates of a file (PEM, DER or PKCS#7), with the next commit",
                  [&a](Commands& c) { return c.cert_import(a.file); });
  import->add_option("file", a.file, "The file; - for standard input")->required();
  import->footer("Examples:\n  vitrine cert import server.pem\n  vitrine commit");
  CLI::App* remove =
      add_command(*cert, a, "remove", "Trust a certificate no more, with the next commit",
                  [&a](Commands& c) { return c.cert_remove(a.certificate_id); });
  remove->add_option("id", a.certificate_id, "Its id, from `vitrine cert list`")->required();
  FetchRequest& f = a.fetch;
  CLI::App* fetch = add_file_command(
      *cert, a, "fetch", "Show and save the certificates of a server, not trusting them",
      [&a](Environment& env) { return cert_fetch(a.fetch, a.json, env); },
      "  vitrine cert fetch fw.example.org:443 --output fw.pem\n"
      "  vitrine cert fetch 192.0.2.7:8443 --name fw.example.org --json\n"
      "The connection is this machine's own, past the appliance's two ports: no rule concerns it.");
  fetch->add_option("target", f.target, "HOST:PORT")->required();
  fetch->add_option("--name", f.server_name, "Server name to ask for; default: HOST");
  fetch->add_option("-o,--output", f.output, "Save the chain there, as PEM");
  fetch->add_flag("--leaf", f.leaf_only, "Save the server's own certificate only");
  fetch->add_option("--timeout", f.timeout_s, "Seconds for all of it")
      ->check(CLI::Range(1U, 300U))
      ->capture_default_str();
  add_ca_commands(*cert, a);
}

void add_exclusion_commands(CLI::App& app, Arguments& a) {
  CLI::App* exclusions =
      app.add_subcommand("exclusions", "Servers left alone because they proved undecryptable");
  exclusions->require_subcommand(1);
  exclusions->fallthrough();
  add_command(*exclusions, a, "list", "List them", [](Commands& c) { return c.exclusions(); });
  add_command(*exclusions, a, "clear", "Try them again: forget them all",
              [](Commands& c) { return c.exclusions_clear(); });
}

void add_explain_command(CLI::App& policy, Arguments& a) {
  ExplainRequest& e = a.explain;
  CLI::App* explain = add_file_command(
      policy, a, "explain", "Which rule of a file decides a connection, why, and where",
      [&a](Environment& env) { return policy_explain(a.explain, a.json, env); },
      "  vitrine policy explain policy.yaml 10.0.0.7 192.0.2.1:443\n"
      "  vitrine policy explain policy.yaml 10.0.0.7 192.0.2.1:443 --sni www.bank.example\n"
      "  vitrine policy explain policy.yaml 2001:db8::7 '[2001:db8:1::1]:443' --state expired\n"
      "What is not given is not known yet; the answer may be to wait for it.");
  explain->add_option("file", e.file, "The policy; - for standard input")->required();
  explain->add_option("source", e.source, "SRC or SRC:PORT")->required();
  explain->add_option("destination", e.destination, "DST:PORT")->required();
  explain->add_option("--zone", e.zone, "Where the opener is")
      ->check(CLI::IsMember({"inside", "outside"}))
      ->capture_default_str();
  explain->add_option("--vlan", e.vlan, "none, 10, or 10.20")->capture_default_str();
  explain->add_option("--protocol", e.protocol, "tcp, udp, icmp, ip/47")->capture_default_str();
  explain->add_option("--time", e.time, "2014-02-05T05:21 (UTC); default: now");
  explain->add_option("--sni", e.server_name, "The server name of the ClientHello");
  explain->add_flag("--no-sni", e.no_server_name, "A ClientHello without server name");
  explain->add_option("--tls", e.tls, "The client's highest version")
      ->check(CLI::IsMember({"older", "1.2", "1.3"}));
  explain->add_option("--issuer", e.issuer, "The server certificate's issuer, one line");
  explain->add_option("--fingerprint", e.fingerprint, "Its SHA-256 fingerprint");
  explain->add_option("--state", e.states, "What verification says of it")
      ->check(CLI::IsMember({"valid", "expired", "not_yet_valid", "self_signed", "untrusted",
                             "wrong_name", "revoked"}));
  explain->add_option("--method", e.method, "HTTP method");
  explain->add_option("--path", e.path, "HTTP path");
  explain->add_option("--host", e.host, "HTTP host; default: the server name");
  explain->add_option("--content-type", e.content_type, "HTTP content type");
}

void add_edit_commands(CLI::App& policy, Arguments& a) {
  EditRequest& e = a.edit;
  CLI::App* insert = add_file_command(
      policy, a, "insert", "Add a rule to a file, above or below another; comments stay",
      [&a](Environment& env) { return policy_insert(a.edit, a.json, env); },
      "  vitrine policy insert policy.yaml rule.yaml --above decrypt-all --in-place\n"
      "  printf 'name: lab\\naction: do-not-decrypt\\nsource: 10.9.0.0/16\\n' |\n"
      "    vitrine policy insert policy.yaml - --above decrypt-all > new.yaml");
  CLI::App* remove = add_file_command(
      policy, a, "delete", "Remove a rule from a file",
      [&a](Environment& env) { return policy_delete(a.edit, a.json, env); },
      "  vitrine policy delete policy.yaml lab --in-place");
  for (CLI::App* command : {insert, remove}) {
    command->add_option("file", e.file, "The policy; - for standard input")->required();
    command->add_option("--list", e.list, "Which list")
        ->check(CLI::IsMember({"identity", "decryption", "access"}))
        ->capture_default_str();
    command->add_flag("--in-place", e.in_place, "Write the file; else the output is the new text");
  }
  insert
      ->add_option("rule", e.rule_file,
                   "A file with the rule: KEY: VALUE lines; - for standard input")
      ->required();
  CLI::Option* above = insert->add_option("--above", e.above, "The rule to go above");
  insert->add_option("--below", e.below, "The rule to go below; default: the list's end")
      ->excludes(above);
  remove->add_option("name", e.name, "The rule")->required();
}

void add_policy_file_commands(CLI::App& policy, Arguments& a) {
  CLI::App* check = add_file_command(
      policy, a, "check", "Find what is wrong with a file: errors, shadowed rules, card rules",
      [&a](Environment& env) { return policy_check(a.policy_file, a.strict, a.json, env); },
      "  vitrine policy check policy.yaml\n"
      "  vitrine policy check --strict --json policy.yaml");
  check->add_option("file", a.policy_file, "The policy; - for standard input")->required();
  check->add_flag("--strict", a.strict, "Warnings fail, too");
  CLI::App* used_by = add_file_command(
      policy, a, "used-by", "Who in a file uses a network, service, user, group, category or time",
      [&a](Environment& env) {
        return policy_used_by(a.policy_file, a.policy_object, a.json, env);
      },
      "  vitrine policy used-by policy.yaml office");
  used_by->add_option("file", a.policy_file, "The policy; - for standard input")->required();
  used_by->add_option("object", a.policy_object, "Its name")->required();
  add_explain_command(policy, a);
  add_edit_commands(policy, a);
}

void add_mirror_command(CLI::App& app, Arguments& a) {
  MirrorArguments& m = a.mirror;
  CLI::App* mirror =
      add_command(app, a, "mirror", "Decrypted traffic, live, as pcapng with synthesized TCP",
                  [&a](Commands& c) { return c.mirror(a.mirror); });
  mirror->footer(
      "Examples:\n"
      "  vitrine mirror --host example.org | tshark -r - -Y http\n"
      "  vitrine mirror --client 10.0.0.7 --seconds 60 -o seven.pcapng\n"
      "  vitrine mirror -o ring.pcapng --bytes 100000000 --ring 5\n"
      "Administrators only; its beginning and end are events.");
  mirror->add_option("--client", m.client, "Only of this client address");
  mirror->add_option("--server", m.server, "Only of this server address");
  mirror->add_option("--host", m.host, "Only of this requested server name");
  mirror->add_option("--port", m.port, "Only of this server port")->check(CLI::Range(1, 65535));
  mirror->add_option("--seconds", m.seconds, "End after so long");
  mirror->add_option("--bytes", m.bytes, "End, or with --ring change files, after so much");
  mirror->add_option("--ring", m.ring, "Files OUTPUT.0 to OUTPUT.N-1, the oldest written anew")
      ->check(CLI::Range(2, 1000));
  mirror->add_option("-o,--output", m.output, "File to write; default: standard output");
}

void add_trust_commands(CLI::App& app, Arguments& a) {
  CLI::App* trust = app.add_subcommand("trust", "Whether certificate chains are trusted, and why");
  trust->require_subcommand(1);
  trust->fallthrough();
  CLI::App* check = add_command(*trust, a, "check", "Judge a chain as a live connection would be",
                                [&a](Commands& c) { return c.trust_check(a.trust); });
  check->footer(kTrustFooter);
  check
      ->add_option("chain", a.trust.chain,
                   "The server's chain, its own certificate first; -: stdin")
      ->required();
  check->add_option("--host", a.trust.host, "Host (or address) that the client asks for");
  check->add_option("--ip", a.trust.address,
                    "The server's address; compared where no host is given");
  check->add_option("--time", a.trust.time, "2024-03-01T10:00:00Z or @SECONDS; default: now");
  check->add_option("--roots", a.trust.roots, "Files of roots, held to the web's rules");
  check->add_option("--intermediates", a.trust.intermediates, "Files of more CA certificates");
  check->add_option("--crl", a.trust.lists, "Files of revocation lists");
  check->add_flag("--require-crl", a.trust.lists_required, "Certificates without a list fail");
  check->add_flag("--no-system-roots", a.trust.no_system_roots, "Leave the system's roots out");
  check->add_option("--state", a.trust.state_dir, "Trust what is imported in this state directory");
  check->add_option("--profile", a.trust.profile, "Rules for any root; default: by the root")
      ->check(CLI::IsMember({"rfc5280", "webpki"}));
  for (const char* repeated : {"--roots", "--intermediates", "--crl"}) {
    check->get_option(repeated)->take_all()->expected(1);
  }
  CLI::App* checks = add_command(*trust, a, "checks", "List every check with its source",
                                 [&a](Commands& c) { return c.trust_checks(a.trust.markdown); });
  checks->add_flag("--markdown", a.trust.markdown, "As docs/trust_checks.md");
}

void add_licence_commands(CLI::App& app, Arguments& a) {
  using What = LicenceArguments::What;
  CLI::App* licence = app.add_subcommand("licence", "The licence, which strong cryptography needs");
  licence->require_subcommand(1);
  licence->fallthrough();
  const auto add = [&](const char* name, const char* text, What what) {
    CLI::App* command = add_command(*licence, a, name, text, [&a, what](Commands& c) {
      a.licence.what = what;
      return c.licence(a.licence);
    });
    command->add_option("--state", a.licence.state_dir,
                        "Work there instead of asking vitrined, which looks once a minute");
    return command;
  };
  add("install", "Put a licence in force", What::kInstall)
      ->add_option("file", a.licence.file, "The licence; - for standard input")
      ->required();
  add("show", "Show it, and what it allows", What::kShow);
  add("remove", "Go on without; servers are then offered no suite that encrypts", What::kRemove);
}

void add_commands(CLI::App& app, Arguments& a) {
  app.require_subcommand(1);
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("vitrine ") + VITRINE_VERSION);
  app.add_option("--socket", a.socket, "vitrined's management socket")
      ->envname("VITRINE_SOCKET")
      ->capture_default_str();
  app.add_option("-i,--instance", a.instance, "The appliance of vitrined@NAME; names its socket")
      ->envname("VITRINE_INSTANCE")
      ->check(CLI::Validator(check_instance, "NAME"))
      ->excludes("--socket");
  app.add_flag("--json", a.json, "JSON instead of text");
  app.add_flag("--no-color,--no-colour", a.no_color, "No colours, also on a terminal");
  add_command(app, a, "status", "Show how the appliance is",
              [](Commands& c) { return c.status(); });
  CLI::App* flows = add_command(app, a, "flows", "List the connections of now",
                                [&a](Commands& c) { return c.flows(a.flow_limit); });
  flows->add_option("-n,--limit", a.flow_limit, "At most this many, the oldest")
      ->check(CLI::Range(1, 2000))
      ->capture_default_str();
  add_event_commands(app, a);
  add_command(app, a, "counters", "Show every counter and what it means",
              [](Commands& c) { return c.counters(); });
  add_certificate_commands(app, a);
  add_exclusion_commands(app, a);
  add_mirror_command(app, a);
  add_licence_commands(app, a);
  add_trust_commands(app, a);
  CLI::App* policy = app.add_subcommand("policy", "The policy in force, and policies in files");
  policy->require_subcommand(1);
  policy->fallthrough();
  add_command(*policy, a, "show", "Show its rules", [](Commands& c) { return c.policy_show(); });
  add_policy_file_commands(*policy, a);
  add_config_commands(app, *policy, a.config,
                      [&a] { a.action = [&a](Commands& c) { return c.configuration(a.config); }; });
  add_card_commands(app, a.card, a.json, [&a](std::function<int(Environment&)> action) {
    a.file_action = std::move(action);
  });
}

}  // namespace

int run(const std::vector<std::string>& arguments, Environment& environment) {
  CLI::App app("Manages a Vitrine appliance: asks vitrined over its socket.", "vitrine");
  Arguments parsed;
  parsed.socket = environment.default_socket;
  add_commands(app, parsed);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, environment.out, environment.err) == 0 ? kDone : kUsage;
  }
  if (parsed.no_color) {
    environment.terminal.colours = false;
  }
  if (parsed.file_action) {
    return parsed.file_action(environment);
  }
  const api::Client client(
      parsed.instance.empty() ? parsed.socket : "/run/vitrine/" + parsed.instance + "/api.sock");
  Commands commands(environment, client, parsed.json);
  return parsed.action(commands);
}

}  // namespace vitrine::cli
