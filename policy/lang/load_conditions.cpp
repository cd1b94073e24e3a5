// The conditions of one rule.
#include <algorithm>
#include <charconv>

#include "policy/lang/loader.h"

namespace vitrine::policy {
namespace {

constexpr unsigned kMaxVlan = 4094;
constexpr size_t kMaxVlans = 64;
constexpr size_t kFingerprintDigits = 64;

std::optional<uint16_t> vlan_id(std::string_view text) {
  unsigned id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || id > kMaxVlan) {
    return std::nullopt;
  }
  return static_cast<uint16_t>(id);
}

// "none", "10", "10.20" (outer and inner).
std::optional<card::VlanTags> parse_vlan(std::string_view text) {
  if (text == "none") {
    return card::VlanTags{};
  }
  const size_t dot = text.find('.');
  const auto outer = vlan_id(text.substr(0, dot));
  if (!outer) {
    return std::nullopt;
  }
  if (dot == std::string_view::npos) {
    return card::VlanTags{*outer, card::VlanTags::kNone};
  }
  const auto inner = vlan_id(text.substr(dot + 1));
  return inner ? std::optional(card::VlanTags{*outer, *inner}) : std::nullopt;
}

// Colons are left out; "" where it is no SHA-256 fingerprint.
std::string parse_fingerprint(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == ':') {
      continue;
    }
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!((lower >= '0' && lower <= '9') || (lower >= 'a' && lower <= 'f'))) {
      return "";
    }
    digits += lower;
  }
  return digits.size() == kFingerprintDigits ? digits : "";
}

template <size_t N>
std::vector<std::string_view> names_of(const NamedBit (&bits)[N]) {
  std::vector<std::string_view> names;
  for (const NamedBit& bit : bits) {
    names.push_back(bit.name);
  }
  return names;
}

}  // namespace

Conditions Loader::read_conditions(const MapReader& map, bool with_http) {
  Conditions when;
  if (const Node* node = map.get("zone")) {
    const auto zone = read_choice(problems_, *node, "'zone'", {"inside", "outside"});
    when.zones = zone ? static_cast<uint8_t>(1U << *zone) : kAnyZone;
  }
  if (const Node* node = map.get("vlan")) {
    read_vlans(*node, when);
  }
  if (const Node* node = map.get("source")) {
    when.source = networks_.read(*node, "'source'", what_);
  }
  if (const Node* node = map.get("destination")) {
    when.destination = networks_.read(*node, "'destination'", what_);
  }
  if (const Node* node = map.get("service")) {
    when.services = services_.read(*node, "'service'", what_);
  }
  read_subjects(map, when);
  read_domains(map.get("sni"), map.get("category"), when.domains);
  if (const Node* node = map.get("tls")) {
    read_tls(*node, when);
  }
  if (const Node* node = map.get("certificate")) {
    read_certificate(*node, when.certificate);
  }
  if (const Node* node = map.get("time")) {
    const auto name = read_word(problems_, *node, "'time'");
    const auto it = schedule_ids_.find(name.value_or(""));
    if (name && it == schedule_ids_.end()) {
      std::vector<std::string_view> names;
      for (const auto& [known, id] : schedule_ids_) {
        names.push_back(known);
      }
      const std::string near = suggestion(*name, names);
      problems_.error(node->mark, "unknown-time", "no time '" + *name + "'",
                      near.empty() ? "define it under 'times'" : near);
    } else if (name) {
      when.schedule = it->second;
      book_->references.push_back({"time", *name, what_, node->mark});
    }
  }
  if (const Node* node = with_http ? map.get("http") : nullptr) {
    read_http(*node, when.http);
  }
  return when;
}

void Loader::read_vlans(const Node& node, Conditions& when) {
  for (const Node* item : read_list(problems_, node, "'vlan'")) {
    const auto tags = parse_vlan(item->text);
    if (!tags || when.vlans.size() == kMaxVlans) {
      problems_.error(item->mark, "bad-vlan",
                      tags ? "more than 64 VLANs" : "'" + item->text + "' is not a VLAN",
                      "write 0 to 4094, OUTER.INNER for two tags, or none for untagged");
    } else if (std::find(when.vlans.begin(), when.vlans.end(), *tags) == when.vlans.end()) {
      when.vlans.push_back(*tags);
    }
  }
}

void Loader::read_subjects(const MapReader& map, Conditions& when) {
  const Node* users = map.get("user");
  const Node* groups = map.get("group");
  if (users == nullptr && groups == nullptr) {
    return;
  }
  when.asks_subject = true;
  if (users != nullptr) {
    for (const Node* item : read_list(problems_, *users, "'user'")) {
      const auto user = find_subject(Subject::Kind::kUser, item->text);
      if (!user) {
        std::vector<std::string_view> names;
        for (const Subject& known : book_->subjects) {
          names.push_back(known.name);
        }
        const std::string near = suggestion(item->text, names);
        problems_.error(item->mark, "unknown-user", "no user '" + item->text + "'",
                        near.empty() ? "name it under 'users', or in a user table" : near);
        continue;
      }
      when.subjects.push_back(*user);
      book_->references.push_back({"user", item->text, what_, item->mark});
    }
  }
  if (groups != nullptr) {
    const SubjectSet set = groups_.read(*groups, "'group'", what_);
    for (uint32_t id = 0; id < book_->subjects.size(); ++id) {
      if (set.contains(id)) {
        when.subjects.push_back(id);
      }
    }
  }
  std::sort(when.subjects.begin(), when.subjects.end());
  when.subjects.erase(std::unique(when.subjects.begin(), when.subjects.end()), when.subjects.end());
}

void Loader::read_domains(const Node* patterns, const Node* categories,
                          std::vector<uint32_t>& lists) {
  if (patterns != nullptr) {
    DomainList list;
    for (const Node* item : read_list(problems_, *patterns, "a list of domains")) {
      auto pattern = DomainPattern::parse(item->text);
      if (pattern) {
        list.patterns.push_back(std::move(pattern).value());
      } else {
        problems_.error(item->mark, "bad-domain", pattern.status().message(),
                        "correct the pattern");
      }
    }
    lists.push_back(static_cast<uint32_t>(book_->domain_lists.size()));
    book_->domain_lists.push_back(std::move(list));
  }
  if (categories == nullptr) {
    return;
  }
  for (const Node* item : read_list(problems_, *categories, "'category'")) {
    const auto it = category_ids_.find(item->text);
    if (it != category_ids_.end()) {
      lists.push_back(it->second);
      book_->references.push_back({"category", item->text, what_, item->mark});
      continue;
    }
    std::vector<std::string_view> names;
    for (const auto& [known, id] : category_ids_) {
      names.push_back(known);
    }
    const std::string near = suggestion(item->text, names);
    problems_.error(item->mark, "unknown-category", "no category '" + item->text + "'",
                    near.empty() ? "name a file with it: 'categories: FILE'" : near);
  }
}

void Loader::read_tls(const Node& node, Conditions& when) {
  for (const Node* item : read_list(problems_, node, "'tls'")) {
    const auto choice = read_choice(problems_, *item, "'tls'", names_of(kTlsVersionNames));
    if (choice) {
      when.tls_versions = static_cast<uint8_t>(when.tls_versions | kTlsVersionNames[*choice].bit);
    }
  }
}

void Loader::read_certificate(const Node& node, CertificateCondition& condition) {
  const MapReader map(problems_, node, "'certificate'", {"issuer", "fingerprint", "state"});
  if (node.is_map() && node.items.empty()) {
    problems_.error(node.mark, "empty-list", "'certificate' asks nothing",
                    "leave the key out, or name issuer, fingerprint or state");
  }
  if (const Node* issuers = map.get("issuer")) {
    read_globs(*issuers, "'issuer'", true, condition.issuers);
  }
  if (const Node* prints = map.get("fingerprint")) {
    for (const Node* item : read_list(problems_, *prints, "'fingerprint'")) {
      std::string print = parse_fingerprint(item->text);
      if (print.empty()) {
        problems_.error(item->mark, "bad-fingerprint", "'" + item->text + "' is not a fingerprint",
                        "write SHA-256 as 64 hexadecimal digits, colons allowed");
      } else {
        condition.fingerprints.push_back(std::move(print));
      }
    }
  }
  if (const Node* states = map.get("state")) {
    for (const Node* item : read_list(problems_, *states, "'state'")) {
      const auto choice =
          read_choice(problems_, *item, "'state'", names_of(kCertificateStateNames));
      if (choice) {
        condition.states =
            static_cast<uint16_t>(condition.states | kCertificateStateNames[*choice].bit);
      }
    }
  }
}

void Loader::read_http(const Node& node, HttpCondition& condition) {
  const MapReader map(problems_, node, "'http'",
                      {"host", "category", "method", "path", "content_type"});
  if (node.is_map() && node.items.empty()) {
    problems_.error(node.mark, "empty-list", "'http' asks nothing",
                    "leave the key out, or name host, category, method, path or content_type");
  }
  read_domains(map.get("host"), map.get("category"), condition.hosts);
  if (const Node* methods = map.get("method")) {
    for (const Node* item : read_list(problems_, *methods, "'method'")) {
      const bool token = std::all_of(item->text.begin(), item->text.end(),
                                     [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; });
      if (token) {
        condition.methods.push_back(item->text);
      } else {
        problems_.error(item->mark, "bad-method", "'" + item->text + "' is not an HTTP method",
                        "write it in capitals, e.g. GET or POST (RFC 9110 section 9)");
      }
    }
  }
  if (const Node* paths = map.get("path")) {
    for (const Node* item : read_list(problems_, *paths, "'path'")) {
      if (item->text[0] != '/' && item->text[0] != '*') {
        problems_.error(item->mark, "bad-path", "'" + item->text + "' is not a path",
                        "begin it with '/' or '*', e.g. \"/admin/*\"");
      } else {
        condition.paths.push_back(item->text);
      }
    }
  }
  if (const Node* types = map.get("content_type")) {
    read_globs(*types, "'content_type'", true, condition.content_types);
    for (const Node* item : read_list(problems_, *types, "'content_type'")) {
      if (item->text.find('/') == std::string::npos && item->text != "*") {
        problems_.error(item->mark, "bad-content-type",
                        "'" + item->text + "' is not a content type",
                        "write TYPE/SUBTYPE, e.g. application/pdf or \"image/*\"");
      }
    }
  }
}

void Loader::read_globs(const Node& node, const std::string& what, bool lower,
                        std::vector<std::string>& globs) {
  for (const Node* item : read_list(problems_, node, what)) {
    std::string glob = item->text;
    if (lower) {
      std::transform(glob.begin(), glob.end(), glob.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
    }
    globs.push_back(std::move(glob));
  }
}

}  // namespace vitrine::policy
