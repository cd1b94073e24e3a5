#include "policy/lang/load.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "policy/lang/loader.h"
#include "policy/lang/side_files.h"

namespace vitrine::policy {
namespace {

constexpr uint32_t kMaxExcludeFailures = 1000;
constexpr uint32_t kMaxExcludeHours = 24 * 30;
const std::vector<std::string_view> kRootKeys = {
    "version",     "networks",   "services", "categories",       "users",
    "user_groups", "times",      "quic",     "live_connections", "undecryptable",
    "identity",    "decryption", "access"};
const std::vector<std::string_view> kDecryptActions = {"decrypt", "do-not-decrypt", "block"};

Result<SubjectSet::Range> unknown_member(std::string_view name) {
  return {Code::kNotFound, "no user or group '" + std::string(name) + "'"};
}

}  // namespace

Loader::Loader(const std::string& file, const FileReader& read_file)
    : problems_(file),
      read_file_(read_file),
      networks_(problems_, *book_,
                {"network", "networks", "network", "an address, a network or a range"},
                [](std::string_view text) { return parse_addresses(text); }),
      services_(problems_, *book_, {"service", "services", "service", "tcp/443, udp/53 or icmp"},
                [](std::string_view text) { return parse_service(text); }),
      groups_(
          problems_, *book_, {"user group", "user_groups", "group", "the name of a user"},
          [this](std::string_view text) {
            const auto user = find_subject(Subject::Kind::kUser, std::string(text));
            return user ? Result<SubjectSet::Range>(SubjectSet::Range{*user, *user})
                        : unknown_member(text);
          },
          [this](const std::string& name) {
            const uint32_t group = subject(Subject::Kind::kGroup, name);
            return SubjectSet::Range{group, group};
          }) {}

uint32_t Loader::subject(Subject::Kind kind, const std::string& name) {
  const auto [it, added] =
      subject_ids_.try_emplace({kind, name}, static_cast<uint32_t>(book_->subjects.size()));
  if (added) {
    book_->subjects.push_back({kind, name});
  }
  return it->second;
}

std::optional<uint32_t> Loader::find_subject(Subject::Kind kind, const std::string& name) const {
  const auto it = subject_ids_.find({kind, name});
  return it == subject_ids_.end() ? std::nullopt : std::optional<uint32_t>(it->second);
}

std::optional<std::string> Loader::side_file(const Node& node, std::string_view what) {
  const auto name = read_word(problems_, node, what);
  if (!name) {
    return std::nullopt;
  }
  auto text = read_file_(*name);
  if (!text) {
    problems_.error(node.mark, "file",
                    "cannot read " + std::string(what) + ": " + text.status().message(),
                    "put the file beside the policy and name it without a path");
    return std::nullopt;
  }
  return std::move(text).value();
}

void Loader::read_categories(const Node& node) {
  const auto text = side_file(node, "the category file");
  if (!text) {
    return;
  }
  for (CategoryEntry& entry : parse_categories(*text, node.text, problems_)) {
    const auto [it, added] = category_ids_.try_emplace(
        entry.category, static_cast<uint32_t>(book_->domain_lists.size()));
    if (added) {
      book_->domain_lists.push_back({entry.category, {}});
    }
    book_->domain_lists[it->second].patterns.push_back(std::move(entry.pattern));
  }
}

void Loader::read_users(const Node& node) {
  for (const Node* name : read_list(problems_, node, "'users'")) {
    if (!is_name(name->text) || name->text == "any") {
      problems_.error(name->mark, "bad-name", "'" + name->text + "' cannot name a user",
                      "use letters, digits, '.', '_' and '-'");
    } else if (find_subject(Subject::Kind::kUser, name->text)) {
      problems_.error(name->mark, "duplicate-name", "the user '" + name->text + "' is named twice",
                      "remove one of them");
    } else {
      subject(Subject::Kind::kUser, name->text);
      book_->objects.push_back({"user", name->text, name->mark});
    }
  }
}

void Loader::read_windows(const Node& node, Schedule& schedule) {
  const MapReader map(problems_, node, "the time '" + schedule.name + "'", {"days", "from", "to"});
  const Node* days = map.get("days");
  std::vector<int> chosen;
  if (days == nullptr) {
    chosen = {0, 1, 2, 3, 4, 5, 6};
  } else {
    for (const Node* item : read_list(problems_, *days, "'days'")) {
      const size_t dash = item->text.find('-');
      const auto first = parse_day(std::string_view(item->text).substr(0, dash));
      const auto last = dash == std::string::npos
                            ? first
                            : parse_day(std::string_view(item->text).substr(dash + 1));
      if (!first || !last) {
        problems_.error(item->mark, "bad-day", "'" + item->text + "' is not a day or days",
                        "say mon, tue, wed, thu, fri, sat, sun, or mon-fri");
        continue;
      }
      for (int day = *first;; day = (day + 1) % 7) {
        chosen.push_back(day);
        if (day == *last) {
          break;
        }
      }
    }
  }
  const auto time = [&](const char* key, int otherwise) -> std::optional<int> {
    const Node* value = map.get(key);
    if (value == nullptr) {
      return otherwise;
    }
    const auto parsed = parse_time_of_day(value->text);
    if (!parsed) {
      problems_.error(value->mark, "bad-time", "'" + value->text + "' is not a time of day",
                      "write hours and minutes as \"08:00\", up to \"24:00\" (UTC)");
    }
    return parsed;
  };
  const auto from = time("from", 0);
  const auto to = time("to", kMinutesOfDay);
  if (!from || !to) {
    return;
  }
  if (*from == *to || *from == kMinutesOfDay) {
    problems_.error(
        map.get("from") != nullptr ? map.get("from")->mark : node.mark, "bad-time",
        "'from' and 'to' leave no time between them",
        "write the first minute and the one after the last, e.g. \"08:00\" and \"18:00\"");
    return;
  }
  for (const int day : chosen) {
    schedule.add(day, *from, *to);
  }
}

void Loader::read_schedules(const Node& node) {
  if (!node.is_map()) {
    problems_.error(node.mark, "wrong-kind",
                    std::string("'times' must be a map, not ") + kind_name(node.kind),
                    "write NAME: {days: mon-fri, from: \"08:00\", to: \"18:00\"}");
    return;
  }
  for (size_t i = 0; i < node.items.size(); ++i) {
    const Node& key = node.keys[i];
    if (!is_name(key.text) || book_->schedules.size() == kMaxSchedules) {
      problems_.error(
          key.mark, "bad-name",
          is_name(key.text) ? "more than 64 times" : "'" + key.text + "' cannot name a time",
          is_name(key.text) ? "join some" : "use letters, digits, '.', '_' and '-'");
      continue;
    }
    if (!schedule_ids_.try_emplace(key.text, static_cast<uint32_t>(book_->schedules.size()))
             .second) {
      problems_.error(key.mark, "duplicate-name", "the time '" + key.text + "' is defined twice",
                      "rename or remove one of them");
      continue;
    }
    book_->objects.push_back({"time", key.text, key.mark});
    Schedule schedule;
    schedule.name = key.text;
    const Node& value = node.items[i];
    if (value.is_list() && !value.items.empty()) {
      for (const Node& window : value.items) {
        read_windows(window, schedule);
      }
    } else {
      read_windows(value, schedule);
    }
    book_->schedules.push_back(std::move(schedule));
  }
}

void Loader::read_undecryptable(const Node& node) {
  std::vector<std::string_view> keys(kUndecryptableNames.begin(), kUndecryptableNames.end());
  keys.insert(keys.end(), {"exclude_after", "exclude_for_hours"});
  const MapReader map(problems_, node, "'undecryptable'", keys);
  UndecryptablePolicy& out = book_->undecryptable;
  for (size_t i = 0; i < kUndecryptableCauses; ++i) {
    if (const Node* value = map.get(kUndecryptableNames[i])) {
      const auto choice =
          read_choice(problems_, *value, "'" + std::string(kUndecryptableNames[i]) + "'",
                      {"do-not-decrypt", "block"});
      out.actions[i] = choice == 0 ? DecryptAction::kDoNotDecrypt : DecryptAction::kBlock;
    }
  }
  if (const Node* value = map.get("exclude_after")) {
    out.exclude_after = read_number(problems_, *value, "'exclude_after'", 1, kMaxExcludeFailures)
                            .value_or(out.exclude_after);
  }
  if (const Node* value = map.get("exclude_for_hours")) {
    const auto hours = read_number(problems_, *value, "'exclude_for_hours'", 1, kMaxExcludeHours);
    out.exclude_for_s = hours ? *hours * 3600 : out.exclude_for_s;
  }
}

// Objects before rules, whatever their order in the file.
void Loader::read_root(const Node& root) {
  const MapReader map(problems_, root, "the policy", kRootKeys);
  if (!root.is_map()) {
    return;
  }
  if (const Node* version = map.need("version", "begin the policy with 'version: 1'");
      version != nullptr && version->text != "1") {
    problems_.error(version->mark, "version",
                    "this language is version 1, not '" + version->text + "'",
                    "write 'version: 1'");
  }
  if (const Node* node = map.get("users")) {
    read_users(*node);
  }
  if (const Node* node = map.get("networks")) {
    networks_.declare(*node);
  }
  if (const Node* node = map.get("services")) {
    services_.declare(*node);
  }
  if (const Node* node = map.get("categories")) {
    read_categories(*node);
  }
  if (const Node* node = map.get("times")) {
    read_schedules(*node);
  }
  if (const Node* node = map.get("quic")) {
    const auto mode = read_choice(problems_, *node, "'quic'", {"block", "block-all", "allow"});
    book_->quic = static_cast<QuicMode>(mode.value_or(0));
  }
  if (const Node* node = map.get("live_connections")) {
    const auto mode = read_choice(problems_, *node, "'live_connections'", {"close", "leave"});
    book_->live = static_cast<LiveMode>(mode.value_or(0));
  }
  if (const Node* node = map.get("undecryptable")) {
    read_undecryptable(*node);
  }
  // Tables name users, so identity is read before groups are resolved; groups are declared first.
  const Node* groups = map.get("user_groups");
  if (groups != nullptr) {
    groups_.declare(*groups);
  }
  networks_.resolve_all();
  services_.resolve_all();
  each_rule(map.get("identity"), "identity", &Loader::read_identity);
  groups_.resolve_all();
  each_rule(map.get("decryption"), "decryption", &Loader::read_decryption);
  each_rule(map.get("access"), "access", &Loader::read_access);
}

Loaded Loader::load(std::string_view text) {
  if (const auto root = parse_yaml(text, problems_)) {
    read_root(*root);
  }
  return {problems_.has_errors() ? nullptr : book_, problems_.list()};
}

Loaded load_rulebook(std::string_view text, const std::string& file, const FileReader& read_file) {
  return Loader(file, read_file).load(text);
}

FileReader files_beside(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return [folder](const std::string& name) -> Result<std::string> {
    if (name.find('/') != std::string::npos || name == "..") {
      return {Code::kInvalidArgument, "'" + name + "' leaves the policy's folder"};
    }
    std::ifstream file(folder / name, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) {
      return {Code::kNotFound, "'" + name + "' cannot be read"};
    }
    if (text.str().size() > (64U << 20)) {
      return {Code::kExhausted, "'" + name + "' is larger than 64 MiB"};
    }
    return text.str();
  };
}

}  // namespace vitrine::policy
