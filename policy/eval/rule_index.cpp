#include "policy/eval/rule_index.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <optional>

namespace vitrine::policy {
namespace {

using Row = RowStore::Row;

void set_bit(uint64_t* row, size_t rule) { row[rule / 64] |= uint64_t{1} << (rule % 64); }

// Sweeps the space from its first key: at each end of a range a rule comes in or goes.
template <typename Space>
FieldRows<typename Space::Key> sweep(
    RowStore& store, size_t words, size_t rules,
    const std::function<const IntervalSet<Space>&(size_t rule)>& set_of) {
  struct Edge {
    typename Space::Key key;
    uint32_t rule;
  };
  std::vector<Edge> edges;
  Row row(words);
  for (size_t rule = 0; rule < rules; ++rule) {
    for (const auto& range : set_of(rule).ranges()) {
      if (range.first == Space::kFirst) {
        set_bit(row.data(), rule);
      } else {
        edges.push_back({range.first, static_cast<uint32_t>(rule)});
      }
      if (range.last != Space::kLast) {
        edges.push_back({Space::next(range.last), static_cast<uint32_t>(rule)});
      }
    }
  }
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.key < b.key; });
  FieldRows<typename Space::Key> field;
  field.starts.push_back(Space::kFirst);
  for (size_t i = 0; i < edges.size();) {
    field.row.push_back(store.add(row));
    const auto key = edges[i].key;
    field.starts.push_back(key);
    for (; i < edges.size() && edges[i].key == key; ++i) {
      row[edges[i].rule / 64] ^= uint64_t{1} << (edges[i].rule % 64);
    }
  }
  field.row.push_back(store.add(row));
  return field;
}

}  // namespace

uint32_t RowStore::add(const Row& row) {
  uint64_t hash = 0x9e3779b97f4a7c15;
  for (const uint64_t word : row) {
    hash = (std::rotl(hash, 5) ^ word) * 0x9ddfea08eb382d69;
  }
  const auto [first, last] = by_hash_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (std::equal(row.begin(), row.end(), at(it->second))) {
      return it->second;
    }
  }
  const auto number = static_cast<uint32_t>(words_ == 0 ? 0 : bits_.size() / words_);
  bits_.insert(bits_.end(), row.begin(), row.end());
  by_hash_.emplace(hash, number);
  return number;
}

RuleIndex::RuleIndex(const Rulebook& book, std::vector<Entry> entries,
                     const std::vector<AddressSet>& subjects, uint8_t otherwise)
    : book_(book),
      entries_(std::move(entries)),
      otherwise_(otherwise),
      words_(std::max<size_t>(1, (entries_.size() + 63) / 64)),
      rows_(words_) {
  build_connection(subjects);
  build_hello();
}

void RuleIndex::build_connection(const std::vector<AddressSet>& subjects) {
  const size_t count = entries_.size();
  std::vector<AddressSet> sources;  // with identity folded in
  sources.reserve(count);
  for (const Entry& entry : entries_) {
    AddressSet set = entry.when->source;
    if (entry.when->asks_subject) {
      std::vector<AddressRange> who;
      for (const uint32_t subject : entry.when->subjects) {
        const auto& ranges = subjects[subject].ranges();
        who.insert(who.end(), ranges.begin(), ranges.end());
      }
      set = set & AddressSet(std::move(who));
    }
    sources.push_back(std::move(set));
  }
  source_ = sweep<AddressSpace>(rows_, words_, count,
                                [&](size_t i) -> const AddressSet& { return sources[i]; });
  destination_ = sweep<AddressSpace>(rows_, words_, count, [&](size_t i) -> const AddressSet& {
    return entries_[i].when->destination;
  });
  service_ = sweep<ServiceSpace>(rows_, words_, count, [&](size_t i) -> const ServiceSet& {
    return entries_[i].when->services;
  });
  const auto row_of = [&](const auto& holds) {
    Row row(words_);
    for (size_t i = 0; i < count; ++i) {
      if (holds(*entries_[i].when)) {
        set_bit(row.data(), i);
      }
    }
    return rows_.add(row);
  };
  zone_ = {row_of([](const Conditions& when) { return (when.zones & kInsideBit) != 0; }),
           row_of([](const Conditions& when) { return (when.zones & kOutsideBit) != 0; })};
  other_vlan_ = row_of([](const Conditions& when) { return when.vlans.empty(); });
  for (const Entry& entry : entries_) {
    for (const card::VlanTags& tags : entry.when->vlans) {
      if (vlan_.count(tags) == 0) {
        vlan_[tags] = row_of([&](const Conditions& when) {
          return when.vlans.empty() ||
                 std::find(when.vlans.begin(), when.vlans.end(), tags) != when.vlans.end();
        });
      }
    }
  }
  untimed_ = row_of([](const Conditions& when) { return !when.schedule; });
  for (uint32_t i = 0; i < book_.schedules.size(); ++i) {
    timed_.push_back(row_of([i](const Conditions& when) { return when.schedule == i; }));
  }
  for (size_t code = 0; code < outcome_.size(); ++code) {
    Row row(words_);
    for (size_t i = 0; i < count; ++i) {
      if (entries_[i].outcome == code) {
        set_bit(row.data(), i);
      }
    }
    outcome_[code] = rows_.add(row);
  }
  asks_hello_ = row_of([](const Conditions& when) { return when.asks_hello(); });
  asks_certificate_ = row_of([](const Conditions& when) { return when.certificate.asked(); });
  asks_http_ = row_of([](const Conditions& when) { return when.http.asked(); });
  asks_late_ =
      row_of([](const Conditions& when) { return when.certificate.asked() || when.http.asked(); });
  nameless_ = row_of([](const Conditions& when) { return when.domains.empty(); });
  for (size_t i = 0; i < tls_.size(); ++i) {
    tls_[i] = row_of([i](const Conditions& when) {
      return when.tls_versions == 0 || (when.tls_versions >> i & 1) != 0;
    });
  }
}

void RuleIndex::build_hello() {
  std::unordered_map<uint32_t, std::vector<uint32_t>> rules_of_list;
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    for (const uint32_t list : entries_[i].when->domains) {
      rules_of_list[list].push_back(i);
    }
  }
  const auto append = [](std::vector<uint32_t>& to, const std::vector<uint32_t>& rules) {
    to.insert(to.end(), rules.begin(), rules.end());
  };
  for (const auto& [list, rules] : rules_of_list) {
    for (const DomainPattern& pattern : book_.domain_lists[list].patterns) {
      using Kind = DomainPattern::Kind;
      if (pattern.kind == Kind::kAny) {
        append(any_name_, rules);
      }
      if (pattern.kind == Kind::kExact || pattern.kind == Kind::kExactAndBelow) {
        append(exact_[pattern.name], rules);
      }
      if (pattern.kind == Kind::kBelow || pattern.kind == Kind::kExactAndBelow) {
        append(below_[pattern.name], rules);
      }
    }
  }
}

void RuleIndex::add_lists(const std::unordered_map<std::string, std::vector<uint32_t>>& by_name,
                          const std::string& name, uint64_t* row) const {
  const auto it = by_name.find(name);
  if (it != by_name.end()) {
    for (const uint32_t rule : it->second) {
      set_bit(row, rule);
    }
  }
}

void RuleIndex::add_names(std::string_view host, uint64_t* row) const {
  if (host.empty()) {
    return;
  }
  add_lists(exact_, std::string(host), row);
  if (!below_.empty()) {
    for (size_t dot = host.find('.'); dot != std::string_view::npos;
         dot = host.find('.', dot + 1)) {
      if (dot > 0) {
        add_lists(below_, std::string(host.substr(dot + 1)), row);
      }
    }
  }
  for (const uint32_t rule : any_name_) {
    set_bit(row, rule);
  }
}

void RuleIndex::hello_row(const Facts& facts, uint64_t* row) const {
  std::copy_n(rows_.at(nameless_), words_, row);
  add_names(facts.server_name, row);
  const auto version = static_cast<size_t>(std::countr_zero(facts.tls_version));
  const uint64_t* tls = rows_.at(tls_[std::min(version, tls_.size() - 1)]);
  for (size_t w = 0; w < words_; ++w) {
    row[w] &= tls[w];
  }
}

ListAnswer RuleIndex::decide(const Facts& facts, const Prepared& prepared,
                             const Knowledge& known) const {
  const uint64_t* source = rows_.at(source_.find(prepared.source));
  const uint64_t* destination = rows_.at(destination_.find(prepared.destination));
  const uint64_t* service = rows_.at(service_.find(prepared.service));
  const uint64_t* zone = rows_.at(zone_[static_cast<size_t>(facts.key.ingress) & 1]);
  const auto tagged = vlan_.find(facts.key.vlan);
  const uint64_t* vlan = rows_.at(tagged == vlan_.end() ? other_vlan_ : tagged->second);
  const uint64_t* untimed = rows_.at(untimed_);
  const uint64_t* asks_hello = rows_.at(asks_hello_);
  const uint64_t* asks_certificate = rows_.at(asks_certificate_);
  const uint64_t* asks_http = rows_.at(asks_http_);
  const uint64_t* asks_late = rows_.at(asks_late_);
  std::array<uint64_t, kMaxWords> hello;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  if (known.hello == Known::kYes) {
    hello_row(facts, hello.data());
  }
  const uint64_t* same_outcome =
      nullptr;  // rules that would change nothing: set once one is unknown
  std::optional<ListAnswer> waiting;
  for (size_t w = 0; w < words_; ++w) {
    uint64_t fits = source[w] & destination[w] & service[w] & zone[w] & vlan[w];
    if (fits == 0) {
      continue;
    }
    uint64_t on_time = untimed[w];
    for (size_t i = 0; i < timed_.size(); ++i) {
      on_time |= (prepared.schedules >> i & 1) != 0 ? rows_.at(timed_[i])[w] : 0;
    }
    fits &= on_time;
    if (known.hello == Known::kYes) {
      fits &= hello[w];
    }
    fits &= known.hello == Known::kNever ? ~asks_hello[w] : ~uint64_t{0};
    fits &= known.certificate == Known::kNever ? ~asks_certificate[w] : ~uint64_t{0};
    fits &= known.http == Known::kNever ? ~asks_http[w] : ~uint64_t{0};
    const uint64_t pending = (known.hello == Known::kPending ? asks_hello[w] : 0) |
                             (known.certificate == Known::kPending ? asks_certificate[w] : 0) |
                             (known.http == Known::kPending ? asks_http[w] : 0);
    if (same_outcome != nullptr) {
      fits &= ~(pending & same_outcome[w]);
    }
    while (fits != 0) {
      const auto bit = static_cast<size_t>(std::countr_zero(fits));
      fits &= fits - 1;
      const size_t rule = w * 64 + bit;
      const Entry& entry = entries_[rule];
      const bool hello_pending = known.hello == Known::kPending && (asks_hello[w] >> bit & 1) != 0;
      Match found;
      if ((asks_late[w] >> bit & 1) != 0) {
        found = match_late(book_, *entry.when, facts, known);
      }
      if (found.truth == Truth::kFalse) {
        continue;
      }
      if (waiting && waiting->outcome != entry.outcome) {
        return *waiting;
      }
      if (found.truth == Truth::kTrue && !hello_pending) {
        return {true, entry.outcome, rule, Stage::kConnection};
      }
      if (!waiting) {
        waiting =
            ListAnswer{false, entry.outcome, rule, hello_pending ? Stage::kHello : found.needs};
        same_outcome = rows_.at(outcome_[entry.outcome]);
        fits &= ~(pending & same_outcome[w]);
      }
    }
  }
  return waiting && waiting->outcome != otherwise_
             ? *waiting
             : ListAnswer{true, otherwise_, kNoRule, Stage::kConnection};
}

}  // namespace vitrine::policy
