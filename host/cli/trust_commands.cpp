#include "host/cli/trust_commands.h"

#include "host/cli/commands.h"
#include "host/cli/files.h"
#include "host/cli/trust_sheet.h"

namespace vitrine::cli {
namespace {

// `vitrine trust check` says with 2 that there was nothing to judge.
constexpr int kUnusable = kUsage;
constexpr size_t kMaxInput = 64U << 20;  // revocation lists are large

Result<std::vector<uint8_t>> read_bytes(const std::string& path) {
  const Result<std::string> text = read_file(path, kMaxInput);
  return text ? Result(std::vector<uint8_t>(text->begin(), text->end())) : text.status();
}

Status read_files(const std::vector<std::string>& paths, std::vector<std::vector<uint8_t>>& into) {
  for (const std::string& path : paths) {
    Result<std::vector<uint8_t>> bytes = read_bytes(path);
    if (!bytes) {
      return bytes.status();
    }
    into.push_back(std::move(*bytes));
  }
  return Status::ok();
}

// Whom the client asked for: the host, as from SNI, and without one the server's address.
Result<std::optional<trust::PeerName>> peer_name(const TrustArguments& arguments) {
  if (!arguments.host.empty()) {
    return std::optional(trust::PeerName::parse(arguments.host));
  }
  if (arguments.address.empty()) {
    return std::optional<trust::PeerName>();
  }
  const Result<IpAddress> address = IpAddress::parse(arguments.address);
  if (!address) {
    return address.status();
  }
  return std::optional(trust::PeerName::address(*address));
}

}  // namespace

Result<trust::OfflineCheck> read_trust_arguments(const TrustArguments& arguments, time_t now) {
  trust::OfflineCheck check;
  Result<std::vector<uint8_t>> chain = read_bytes(arguments.chain);
  if (!chain) {
    return chain.status();
  }
  check.chain = std::move(*chain);
  for (const auto& [paths, into] : {std::pair(&arguments.roots, &check.roots),
                                    std::pair(&arguments.intermediates, &check.intermediates),
                                    std::pair(&arguments.lists, &check.lists)}) {
    if (Status status = read_files(*paths, *into); !status) {
      return status;
    }
  }
  Result<std::optional<trust::PeerName>> name = peer_name(arguments);
  if (!name) {
    return name.status();
  }
  check.name = std::move(*name);
  check.now = now;
  if (!arguments.time.empty()) {
    const std::optional<time_t> time = trust::parse_check_time(arguments.time);
    if (!time) {
      return Status(Code::kInvalidArgument,
                    "--time '" + arguments.time + "': say 2024-03-01T10:00:00Z or @1709287200");
    }
    check.now = *time;
  }
  if (!arguments.profile.empty()) {
    check.profile =
        arguments.profile == "webpki" ? trust::Profile::kWebPki : trust::Profile::kRfc5280;
  }
  if (arguments.no_system_roots) {
    check.system_bundle = std::nullopt;
  }
  check.state_dir = arguments.state_dir;
  check.lists_required = arguments.lists_required;
  return check;
}

int Commands::trust_check(const TrustArguments& arguments) {
  const Result<trust::OfflineCheck> check =
      read_trust_arguments(arguments, env_.clock.wall_ms() / 1000);
  if (!check) {
    env_.err << "vitrine: " << check.status().message() << "\n";
    return kUnusable;
  }
  const Result<trust::OfflineVerdict> result = trust::check_offline(*check);
  if (!result) {
    env_.err << "vitrine: " << result.status().message() << "\n";
    return kUnusable;
  }
  const int printed = print(json_ ? trust_json(*check, *result) : boost::json::value(),
                            json_ ? "" : trust_sheet(*check, *result, env_.terminal));
  return printed != kDone || !result->verdict.trusted ? kFailed : kDone;
}

int Commands::trust_checks(bool markdown) {
  if (markdown && !json_) {
    env_.out << trust::check_table_markdown();
    return kDone;
  }
  return print(check_table_json(), json_ ? "" : check_table_text(env_.terminal));
}

}  // namespace vitrine::cli
