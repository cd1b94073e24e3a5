#include "policy/compile/layers.h"

#include <algorithm>
#include <array>

namespace vitrine::policy {
namespace {

// Bounds of work; beyond them the list gets shorter by punting more.
constexpr size_t kMaxLayers = 200'000;
constexpr size_t kMaxPieces = 32;
constexpr size_t kMaxComparisons = 100'000'000;
constexpr size_t kMaxToHide = 4096;  // boxes among which those under an earlier one are looked for

const ServiceSet kTcpPlane({protocol_range(kTcp)});

bool is_active(const Conditions& when, uint64_t schedules) {
  return !when.schedule || (schedules >> *when.schedule & 1) != 0;
}

Box tcp_box(const Conditions& when, const std::vector<AddressSet>& subjects) {
  Box box = box_of(when, subjects);
  box.to = box.to & kTcpPlane;
  box.from = kTcpPlane;
  return box;
}

// Adds outcomes to what `box` meets.  `below` is in reverse order: the last element is judged
// first.
void spread(std::vector<Layer>& below, const Box& box, uint8_t add, uint8_t add_never) {
  const auto changes = [&](const Layer& layer) {
    return ((add & ~layer.outcomes) | (add_never & ~layer.outcomes_never)) != 0 &&
           box.meets(layer.box);
  };
  if (std::none_of(below.begin(), below.end(), changes)) {
    return;
  }
  if (below.size() > kMaxLayers) {  // all outcomes: decided on the host
    below.push_back({box, 0xff, 0xff});
    return;
  }
  std::vector<Layer> out;
  out.reserve(below.size());
  for (Layer& layer : below) {
    if (!changes(layer)) {
      out.push_back(std::move(layer));
      continue;
    }
    Layer piece{layer.box, static_cast<uint8_t>(layer.outcomes | add),
                static_cast<uint8_t>(layer.outcomes_never | add_never)};
    if (!box.covers(layer.box)) {
      piece.box = piece.box & box;
      out.push_back(std::move(layer));
    }
    out.push_back(std::move(piece));
  }
  below = std::move(out);
}

template <typename Rule, typename BitOf>
std::vector<Layer> layers_of(const std::vector<Rule>& rules, uint8_t otherwise,
                             const std::vector<AddressSet>& subjects, uint64_t schedules,
                             const BitOf& bit_of) {
  Box all;
  all.to = kTcpPlane;
  all.from = kTcpPlane;
  std::vector<Layer> layers{{all, otherwise, otherwise}};
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
    const Conditions& when = rule->when;
    Box box = tcp_box(when, subjects);
    if (!is_active(when, schedules) || box.empty()) {
      continue;
    }
    const uint8_t bit = bit_of(*rule);
    const bool late = when.certificate.asked() || when.http.asked();
    if (!when.asks_hello() && !late) {
      layers.push_back({std::move(box), bit, bit});
    } else {
      spread(layers, box, bit, late ? uint8_t{0} : bit);
    }
  }
  std::reverse(layers.begin(), layers.end());
  return layers;
}

// Verdict of (access, decryption); mirrors decide_tcp() in policy/eval/decision.h.
card::Action verdict_of(const Layer& access, uint8_t decryption) {
  if (access.outcomes == kMayDeny || decryption == kMayBlock) {
    return card::Action::kDrop;
  }
  if (decryption != kMayBypass) {
    return card::Action::kPunt;
  }
  switch (access.outcomes_never) {
    case kMayAllow:
      return card::Action::kForward;
    case kMayDeny:
      return card::Action::kDrop;
    default:
      return card::Action::kPunt;
  }
}

}  // namespace

std::vector<Layer> access_layers(const Rulebook& book, const std::vector<AddressSet>& subjects,
                                 uint64_t schedules) {
  return layers_of(book.access, kMayAllow, subjects, schedules, [](const AccessRule& rule) {
    return rule.action == AccessAction::kAllow ? uint8_t{kMayAllow} : uint8_t{kMayDeny};
  });
}

std::vector<Layer> decryption_layers(const Rulebook& book, const std::vector<AddressSet>& subjects,
                                     uint64_t schedules) {
  return layers_of(book.decryption, kMayBypass, subjects, schedules,
                   [](const DecryptionRule& rule) {
                     constexpr std::array<uint8_t, 3> kBits = {kMayDecrypt, kMayBypass, kMayBlock};
                     return kBits[static_cast<size_t>(rule.outcome.action)];
                   });
}

std::vector<PacketVerdict> opener_verdicts(const std::vector<Layer>& access,
                                           const std::vector<Layer>& decryption) {
  // Allowing boxes with nothing but such below them change nothing; they would multiply with
  // decryption's.  The last box holds everything.
  const auto allows = [](const Layer& layer) {
    return layer.outcomes == kMayAllow && layer.outcomes_never == kMayAllow;
  };
  size_t count = access.size();
  while (count > 0 && allows(access[count - 1])) {
    --count;
  }
  std::vector<const Layer*> effective;
  for (size_t i = 0; i < count; ++i) {
    effective.push_back(&access[i]);
  }
  if (count < access.size()) {
    effective.push_back(&access.back());
  }
  std::vector<PacketVerdict> verdicts;
  for (const Layer* over : effective) {
    if (over->outcomes == kMayDeny) {
      verdicts.push_back({over->box, card::Action::kDrop});
      continue;
    }
    if (verdicts.size() > kMaxLayers) {
      verdicts.push_back({over->box, card::Action::kPunt});
      continue;
    }
    for (const Layer& under : decryption) {
      if (!over->box.meets(under.box)) {
        continue;
      }
      verdicts.push_back({over->box & under.box, verdict_of(*over, under.outcomes)});
      if (under.box.covers(over->box)) {
        break;
      }
    }
  }
  prune(verdicts);
  return verdicts;
}

std::vector<PacketVerdict> packet_verdicts(const std::vector<PacketVerdict>& openers,
                                           size_t& conservative) {
  std::vector<PacketVerdict> answers;
  answers.reserve(openers.size());
  for (const PacketVerdict& opener : openers) {
    answers.push_back({opener.box.reversed(), opener.action});
  }
  std::vector<PacketVerdict> out;
  for (const PacketVerdict& opener : openers) {
    if (opener.action == card::Action::kPunt) {
      out.push_back(opener);
      continue;
    }
    std::vector<PacketVerdict> pieces;
    bool uniform = true;
    bool fits = true;
    for (const PacketVerdict& answer : answers) {
      if (!opener.box.meets(answer.box)) {
        continue;
      }
      const bool agree = answer.action == opener.action;
      uniform = uniform && agree;
      fits = fits && pieces.size() < kMaxPieces;
      if (!fits && !uniform) {
        break;
      }
      if (fits) {
        pieces.push_back({opener.box & answer.box, agree ? opener.action : card::Action::kPunt});
      }
      if (answer.box.covers(opener.box)) {
        break;
      }
    }
    if (uniform) {
      out.push_back(opener);
    } else if (fits) {
      std::move(pieces.begin(), pieces.end(), std::back_inserter(out));
    } else {
      out.push_back({opener.box, card::Action::kPunt});
      ++conservative;
    }
  }
  prune(out);
  return out;
}

std::vector<PacketVerdict> other_verdicts(const Rulebook& book,
                                          const std::vector<AddressSet>& subjects,
                                          uint64_t schedules) {
  std::vector<PacketVerdict> verdicts;
  for (const AccessRule& rule : book.access) {
    Box box = box_of(rule.when, subjects);
    box.to = box.to & ~kTcpPlane;
    const bool unknown =
        rule.when.asks_hello() || rule.when.certificate.asked() || rule.when.http.asked();
    if (unknown || !is_active(rule.when, schedules) || box.empty()) {
      continue;
    }
    verdicts.push_back({std::move(box), rule.action == AccessAction::kDeny
                                            ? card::Action::kDrop
                                            : card::Action::kForward});
  }
  Box all;
  all.to = ~kTcpPlane;
  verdicts.push_back({all, card::Action::kForward});
  prune(verdicts);
  return verdicts;
}

std::vector<PacketVerdict> quic_verdicts(const std::vector<PacketVerdict>& openers,
                                         const std::vector<PacketVerdict>& others) {
  const ServiceSet twin({{service_key(kTcp, kHttps), service_key(kTcp, kHttps)}});
  const ServiceSet quic({{service_key(kUdp, kHttps), service_key(kUdp, kHttps)}});
  std::vector<PacketVerdict> twins;
  for (const PacketVerdict& opener : openers) {
    if (opener.box.to.meets(twin)) {
      Box box = opener.box;
      box.to = quic;
      box.from = ServiceSet::all();
      twins.push_back({std::move(box), opener.action == card::Action::kForward
                                           ? card::Action::kForward
                                           : card::Action::kDrop});
    }
  }
  prune(twins);
  std::vector<PacketVerdict> out;
  for (const PacketVerdict& over : others) {
    if (!over.box.to.meets(quic)) {
      continue;
    }
    Box box = over.box;
    box.to = quic;
    if (over.action == card::Action::kDrop) {
      out.push_back({std::move(box), over.action});
      continue;
    }
    for (const PacketVerdict& under : twins) {
      if (box.meets(under.box)) {
        out.push_back({box & under.box, under.action});
      }
    }
    if (out.size() > kMaxLayers) {
      out.push_back({std::move(box), card::Action::kDrop});
    }
  }
  prune(out);
  return out;
}

void prune(std::vector<PacketVerdict>& verdicts) {
  size_t comparisons = 0;
  std::vector<PacketVerdict> kept;  // in reverse
  for (size_t i = verdicts.size(); i-- > 0;) {
    PacketVerdict& verdict = verdicts[i];
    bool same_below = false;
    for (size_t k = kept.size(); k-- > 0 && comparisons < kMaxComparisons; ++comparisons) {
      if (!verdict.box.meets(kept[k].box)) {
        continue;
      }
      if (kept[k].action != verdict.action) {
        break;
      }
      if (kept[k].box.covers(verdict.box)) {
        same_below = true;
        break;
      }
    }
    if (!same_below) {
      kept.push_back(std::move(verdict));
    }
  }
  std::reverse(kept.begin(), kept.end());
  std::vector<PacketVerdict> reached;
  for (PacketVerdict& verdict : kept) {
    const bool hidden =
        kept.size() <= kMaxToHide &&
        std::any_of(reached.begin(), reached.end(),
                    [&](const PacketVerdict& above) { return above.box.covers(verdict.box); });
    if (!hidden) {
      reached.push_back(std::move(verdict));
    }
  }
  verdicts = std::move(reached);
}

}  // namespace vitrine::policy
