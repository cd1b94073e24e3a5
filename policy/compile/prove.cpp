// The space is walked depth first: a cell is either alike all over, or cut in two.
//
//   1. which rules meet the cell, on the card and in the policy, read as opener's packet and as
//   answer
//   2. in each list, down to the rule that surely decides: does one lie in the cell only in part?
//   3. if so, cut the cell at that rule's end, or at the middle one of many ends
//   4. if not, judge one packet of the cell by both sides
//
// Longer than other files: cells, lists and their walk are one argument, best read in one place.
#include "policy/compile/prove.h"

#include <algorithm>
#include <array>
#include <set>

#include "policy/compile/box.h"
#include "policy/eval/reference.h"

namespace vitrine::policy {
namespace {

constexpr size_t kManyRules = 16;        // from here on, cut at the middle of their ends
constexpr uint16_t kUnnamedVlan = 4095;  // reserved by IEEE 802.1Q: no rule can name it

struct Cell {
  card::Port ingress = card::Port::kInside;
  card::VlanTags vlan;
  uint8_t protocol = kTcp;
  AddressRange source;
  AddressRange destination;
  ServiceRange from;  // source port
  ServiceRange to;    // destination port
};

enum class Field : uint8_t { kSource, kDestination, kFrom, kTo };

// A rule as the proof sees it: one list's, in packet orientation.
struct Shape {
  Box box;
  bool decides = true;  // false: with unknown conditions, the next rule may decide as well
};

struct List {
  std::vector<Shape> shapes;
  std::vector<uint32_t> order;  // those that may meet the cell
};

bool meets(const Box& box, const Cell& cell) {
  return (box.zones & zone_bit(cell.ingress)) != 0 &&
         (!box.vlans ||
          std::find(box.vlans->begin(), box.vlans->end(), cell.vlan) != box.vlans->end()) &&
         box.destination.meets(cell.destination) && box.source.meets(cell.source) &&
         box.to.meets(cell.to) && box.from.meets(cell.from);
}

// A field in which the box holds some of the cell only.
std::optional<Field> partial(const Box& box, const Cell& cell) {
  if (!box.destination.covers(cell.destination)) {
    return Field::kDestination;
  }
  if (!box.source.covers(cell.source)) {
    return Field::kSource;
  }
  if (!box.to.covers(cell.to)) {
    return Field::kTo;
  }
  if (!box.from.covers(cell.from)) {
    return Field::kFrom;
  }
  return std::nullopt;
}

// First keys of pieces that a set cuts a range into, but the range's own.
template <typename Set>
void ends_within(const Set& set, const typename Set::Range& range,
                 std::vector<typename Set::Key>& ends, const typename Set::Key& last_key,
                 typename Set::Key (*next)(const typename Set::Key&)) {
  for (const auto& piece : set.ranges()) {
    if (range.first < piece.first && !(range.last < piece.first)) {
      ends.push_back(piece.first);
    }
    if (!(piece.last < range.first) && piece.last < range.last && piece.last != last_key) {
      ends.push_back(next(piece.last));
    }
  }
}

uint32_t next_service(const uint32_t& key) { return ServiceSpace::next(key); }
AddressKey next_address(const AddressKey& key) { return AddressSpace::next(key); }

class Prover {
 public:
  Prover(const Evaluator& evaluator, const card::RuleGeneration& generation, int64_t wall_ms,
         size_t max_cells)
      : evaluator_(evaluator), generation_(generation), wall_ms_(wall_ms), max_cells_(max_cells) {}

  Proof run();

 private:
  using Lists = std::vector<std::vector<uint32_t>>;  // by list: what meets the cell

  void card_list();
  void policy_lists(uint8_t protocol);
  template <typename Rule>
  void add_list(const std::vector<Rule>& rules, const ServiceSet& plane, bool reversed, bool never);
  std::set<uint8_t> protocols() const;
  std::set<card::VlanTags> vlans() const;
  void walk(const Cell& cell, const Lists& above);
  bool cut(const Cell& cell, const Lists& meeting);
  void split(const Cell& cell, Field field, const Box& by, size_t list, const Lists& meeting);
  void judge(const Cell& cell);

  const Evaluator& evaluator_;
  const card::RuleGeneration& generation_;
  const int64_t wall_ms_;
  const size_t max_cells_;
  std::vector<std::vector<Shape>> lists_;  // the card's first
  std::vector<AddressSet> subjects_;
  uint64_t schedules_ = 0;
  Proof proof_;
};

Box box_of_card(const card::Rule& rule) {
  Box box;
  if (rule.ingress) {
    box.zones = zone_bit(*rule.ingress);
  }
  if (rule.vlan) {
    box.vlans = std::vector<card::VlanTags>{*rule.vlan};
  }
  const auto set_of = [&](const std::optional<IpNetwork>& network) {
    AddressSet set = network ? AddressSet({range_of(*network)}) : AddressSet::all();
    if (rule.ip_version) {
      set = set &
            (*rule.ip_version == 4 ? AddressSet({{AddressSpace::kFirst, AddressSpace::kLastV4}})
                                   : AddressSet({{AddressSpace::kFirstV6, AddressSpace::kLast}}));
    }
    return set;
  };
  box.source = set_of(rule.source);
  box.destination = set_of(rule.destination);
  const auto ports_of = [&](const card::Rule::Field16& field) {
    if (field.mask == 0) {
      return rule.protocol ? ServiceSet({protocol_range(*rule.protocol)}) : ServiceSet::all();
    }
    const auto first = static_cast<uint16_t>(field.value & field.mask);
    const auto last = static_cast<uint16_t>(first | static_cast<uint16_t>(~field.mask));
    std::vector<ServiceRange> ranges;
    for (unsigned protocol = 0; protocol < 256; ++protocol) {
      if (!rule.protocol || *rule.protocol == protocol) {
        ranges.push_back({service_key(static_cast<uint8_t>(protocol), first),
                          service_key(static_cast<uint8_t>(protocol), last)});
      }
    }
    return ServiceSet(std::move(ranges));
  };
  box.to = ports_of(rule.destination_port);
  box.from = ports_of(rule.source_port);
  return box;
}

void Prover::card_list() {
  std::vector<Shape> shapes;
  for (const card::Rule& rule : generation_.rules) {
    shapes.push_back({box_of_card(rule), true});
  }
  lists_.clear();
  lists_.push_back(std::move(shapes));
}

// `plane`: the policy's services that matter, moved to the packet's protocol by the caller's choice
// of cell; `never`: conditions that need more than the connection do not match.
template <typename Rule>
void Prover::add_list(const std::vector<Rule>& rules, const ServiceSet& plane, bool reversed,
                      bool never) {
  std::vector<Shape> shapes;
  for (const Rule& rule : rules) {
    const Conditions& when = rule.when;
    const bool unknown = when.asks_hello() || when.certificate.asked() || when.http.asked();
    const bool on_time = !when.schedule || (schedules_ >> *when.schedule & 1) != 0;
    if (!on_time || (unknown && never)) {
      continue;
    }
    Box box = box_of(when, subjects_);
    box.to = box.to & plane;
    if (box.empty()) {
      continue;
    }
    shapes.push_back({reversed ? box.reversed() : std::move(box), !unknown});
  }
  lists_.push_back(std::move(shapes));
}

void Prover::policy_lists(uint8_t protocol) {
  lists_.resize(1);
  const Rulebook& book = evaluator_.book();
  const ServiceSet plane({protocol_range(protocol)});
  if (protocol == kTcp) {
    for (const bool reversed : {false, true}) {
      add_list(book.decryption, plane, reversed, false);
      // Judged again without certificate and HTTP, access stops at the same rule or above it.
      add_list(book.access, plane, reversed, false);
    }
    return;
  }
  add_list(book.access, plane, false, true);
  if (protocol == kUdp && book.quic != QuicMode::kAllow) {
    // UDP/443 is judged by the rules of TCP/443 as well.
    const ServiceSet twin({{service_key(kTcp, kHttps), service_key(kTcp, kHttps)}});
    const size_t first = lists_.size();
    add_list(book.decryption, twin, false, false);
    add_list(book.access, twin, false, false);
    for (size_t i = first; i < lists_.size(); ++i) {
      for (Shape& shape : lists_[i]) {
        shape.box.to = ServiceSet({{service_key(kUdp, kHttps), service_key(kUdp, kHttps)}});
      }
    }
    // And nothing else of UDP is: a rule of its own cuts the port out.
    Box quic;
    quic.to = ServiceSet({{service_key(kUdp, kHttps), service_key(kUdp, kHttps)}});
    lists_.push_back({{quic, true}});
  }
}

std::set<uint8_t> Prover::protocols() const {
  std::set<uint8_t> named = {kTcp, kUdp};
  const auto add = [&](const ServiceSet& set) {
    if (set.is_all()) {
      return;
    }
    for (const ServiceRange& range : set.ranges()) {
      for (uint32_t p = range.first >> 16; p <= range.last >> 16; ++p) {
        named.insert(static_cast<uint8_t>(p));
      }
    }
  };
  for (const AccessRule& rule : evaluator_.book().access) {
    add(rule.when.services);
  }
  for (const card::Rule& rule : generation_.rules) {
    if (rule.protocol) {
      named.insert(*rule.protocol);
    }
  }
  for (unsigned p = 0; p < 256; ++p) {  // one that stands for all that nobody names
    if (named.insert(static_cast<uint8_t>(p)).second) {
      break;
    }
  }
  return named;
}

std::set<card::VlanTags> Prover::vlans() const {
  std::set<card::VlanTags> named = {{kUnnamedVlan, kUnnamedVlan}};
  const auto add = [&](const auto& rules) {
    for (const auto& rule : rules) {
      named.insert(rule.when.vlans.begin(), rule.when.vlans.end());
    }
  };
  add(evaluator_.book().access);
  add(evaluator_.book().decryption);
  for (const card::Rule& rule : generation_.rules) {
    if (rule.vlan) {
      named.insert(*rule.vlan);
    }
  }
  return named;
}

void Prover::walk(const Cell& cell, const Lists& above) {
  if (!proof_.holds || !proof_.complete) {
    return;
  }
  Lists meeting(lists_.size());
  for (size_t list = 0; list < lists_.size(); ++list) {
    for (const uint32_t shape : above[list]) {
      const Shape& candidate = lists_[list][shape];
      if (!meets(candidate.box, cell)) {
        continue;
      }
      meeting[list].push_back(shape);
      if (candidate.decides && !partial(candidate.box, cell)) {
        break;  // what is below it is not reached
      }
    }
  }
  if (!cut(cell, meeting)) {
    judge(cell);
  }
}

// Cuts the cell at the first rule that holds some of it only; false where there is none.
bool Prover::cut(const Cell& cell, const Lists& meeting) {
  for (size_t list = 0; list < lists_.size(); ++list) {
    for (const uint32_t shape : meeting[list]) {
      const Box& box = lists_[list][shape].box;
      if (const auto field = partial(box, cell)) {
        split(cell, *field, box, list, meeting);
        return true;
      }
    }
  }
  return false;
}

void Prover::split(const Cell& cell, Field field, const Box& by, size_t list,
                   const Lists& meeting) {
  Cell low = cell;
  Cell high = cell;
  const auto cut_field = [&](auto member, auto set_member, const auto& last_key, auto next,
                             auto previous) {
    auto& range = cell.*member;
    using Key = std::decay_t<decltype(range.first)>;
    std::vector<Key> ends;
    if (meeting[list].size() >= kManyRules) {
      for (const uint32_t shape : meeting[list]) {
        ends_within(lists_[list][shape].box.*set_member, range, ends, last_key, next);
      }
    } else {
      ends_within(by.*set_member, range, ends, last_key, next);
    }
    const auto middle = ends.begin() + static_cast<ptrdiff_t>(ends.size() / 2);
    std::nth_element(ends.begin(), middle, ends.end());
    (low.*member).last = previous(*middle);
    (high.*member).first = *middle;
  };
  switch (field) {
    case Field::kSource:
      cut_field(&Cell::source, &Box::source, AddressSpace::kLast, next_address,
                AddressSpace::previous);
      break;
    case Field::kDestination:
      cut_field(&Cell::destination, &Box::destination, AddressSpace::kLast, next_address,
                AddressSpace::previous);
      break;
    case Field::kFrom:
      cut_field(&Cell::from, &Box::from, ServiceSpace::kLast, next_service, ServiceSpace::previous);
      break;
    case Field::kTo:
      cut_field(&Cell::to, &Box::to, ServiceSpace::kLast, next_service, ServiceSpace::previous);
      break;
  }
  walk(low, meeting);
  walk(high, meeting);
}

void Prover::judge(const Cell& cell) {
  if (++proof_.cells > max_cells_) {
    proof_.complete = false;
    return;
  }
  card::FlowKey key;
  key.ingress = cell.ingress;
  key.vlan = cell.vlan;
  key.protocol = cell.protocol;
  key.source = cell.source.first.address();
  key.destination = cell.destination.first.address();
  key.source_port = static_cast<uint16_t>(cell.from.first);
  key.destination_port = static_cast<uint16_t>(cell.to.first);
  const card::Action does = first_match(generation_, key);
  const card::Action should = required_action(evaluator_, key, wall_ms_);
  if (does == should) {
    return;
  }
  const bool cautious_tcp = key.protocol == kTcp && does == card::Action::kPunt;
  const bool cautious_quic = key.protocol == kUdp && key.destination_port == kHttps &&
                             evaluator_.book().quic == QuicMode::kBlock &&
                             does == card::Action::kDrop;
  if (cautious_tcp || cautious_quic) {
    ++proof_.cautious;
    return;
  }
  constexpr std::array<const char*, 4> kActions = {"forward", "drop", "punt", "splice"};
  proof_.holds = false;
  proof_.counterexample =
      std::string(key.ingress == card::Port::kInside ? "inside" : "outside") + " protocol " +
      std::to_string(key.protocol) + " " + Endpoint{key.source, key.source_port}.to_string() +
      " > " + Endpoint{key.destination, key.destination_port}.to_string() + ": the policy says " +
      kActions[static_cast<size_t>(should)] + ", the card " + kActions[static_cast<size_t>(does)];
}

Proof Prover::run() {
  proof_.holds = true;
  proof_.complete = true;
  subjects_ = evaluator_.book().subject_addresses();
  schedules_ = evaluator_.book().active_schedules(wall_ms_);
  card_list();
  const auto tags = vlans();
  constexpr std::array<AddressRange, 2> kFamilies = {
      AddressRange{AddressSpace::kFirst, AddressSpace::kLastV4},
      AddressRange{AddressSpace::kFirstV6, AddressSpace::kLast}};
  for (const uint8_t protocol : protocols()) {
    policy_lists(protocol);
    Lists all(lists_.size());
    for (size_t list = 0; list < lists_.size(); ++list) {
      for (uint32_t i = 0; i < lists_[list].size(); ++i) {
        all[list].push_back(i);
      }
    }
    ServiceRange ports = protocol_range(protocol);
    if (protocol != kTcp && protocol != kUdp) {
      ports.last = ports.first;  // no ports: the card looks them up as 0
    }
    for (const AddressRange& family : kFamilies) {
      for (const card::VlanTags& vlan : tags) {
        for (const card::Port ingress : {card::Port::kInside, card::Port::kOutside}) {
          walk({ingress, vlan, protocol, family, family, ports, ports}, all);
        }
      }
    }
  }
  proof_.holds = proof_.holds && proof_.complete;
  return proof_;
}

card::Action opener_action(const Evaluator& evaluator, const card::FlowKey& key, int64_t wall_ms) {
  Facts facts;
  facts.key = key;
  facts.wall_ms = wall_ms;
  const Rulebook& book = evaluator.book();
  const bool plain = book.decryption.size() + book.access.size() <= kReferenceRules;
  switch ((plain ? decide_reference(book, facts) : evaluator.decide(facts)).ruling) {
    case Ruling::kDoNotDecrypt:
      return card::Action::kForward;
    case Ruling::kDeny:
      return card::Action::kDrop;
    case Ruling::kDecrypt:
    case Ruling::kNeedMore:
      break;
  }
  return card::Action::kPunt;
}

bool fits(const std::optional<IpNetwork>& network, const IpAddress& address) {
  return !network || network->contains(address);
}

}  // namespace

card::Action required_action(const Evaluator& evaluator, const card::FlowKey& key,
                             int64_t wall_ms) {
  const card::Action opener = opener_action(evaluator, key, wall_ms);
  if (key.protocol != kTcp || opener == card::Action::kPunt) {
    return opener;
  }
  return opener_action(evaluator, key.reversed(), wall_ms) == opener ? opener : card::Action::kPunt;
}

card::Action first_match(const card::RuleGeneration& generation, const card::FlowKey& key) {
  const auto it =
      std::find_if(generation.rules.begin(), generation.rules.end(), [&](const card::Rule& rule) {
        return (!rule.ingress || *rule.ingress == key.ingress) &&
               (!rule.vlan || *rule.vlan == key.vlan) &&
               (!rule.ip_version || *rule.ip_version == key.source.version) &&
               (!rule.protocol || *rule.protocol == key.protocol) &&
               ((key.source_port ^ rule.source_port.value) & rule.source_port.mask) == 0 &&
               ((key.destination_port ^ rule.destination_port.value) &
                rule.destination_port.mask) == 0 &&
               fits(rule.destination, key.destination) && fits(rule.source, key.source);
      });
  return it == generation.rules.end() ? generation.otherwise : it->action;
}

Proof prove_equivalent(const Evaluator& evaluator, const card::RuleGeneration& generation,
                       int64_t wall_ms, size_t max_cells) {
  return Prover(evaluator, generation, wall_ms, max_cells).run();
}

}  // namespace vitrine::policy
