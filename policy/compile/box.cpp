#include "policy/compile/box.h"

#include <algorithm>

namespace vitrine::policy {
namespace {

using Tags = std::vector<card::VlanTags>;

bool holds(const Tags& tags, const card::VlanTags& one) {
  return std::find(tags.begin(), tags.end(), one) != tags.end();
}

}  // namespace

bool Box::empty() const {
  return zones == 0 || source.empty() || destination.empty() || to.empty() || from.empty() ||
         (vlans && vlans->empty());
}

bool Box::meets(const Box& other) const {
  if ((zones & other.zones) == 0) {
    return false;
  }
  if (vlans && other.vlans &&
      std::none_of(vlans->begin(), vlans->end(),
                   [&](const card::VlanTags& one) { return holds(*other.vlans, one); })) {
    return false;
  }
  return destination.meets(other.destination) && source.meets(other.source) && to.meets(other.to) &&
         from.meets(other.from);
}

bool Box::covers(const Box& other) const {
  if ((other.zones & ~zones) != 0) {
    return false;
  }
  if (vlans && (!other.vlans ||
                !std::all_of(other.vlans->begin(), other.vlans->end(),
                             [&](const card::VlanTags& one) { return holds(*vlans, one); }))) {
    return false;
  }
  return destination.covers(other.destination) && source.covers(other.source) &&
         to.covers(other.to) && from.covers(other.from);
}

Box Box::operator&(const Box& other) const {
  Box out;
  out.zones = zones & other.zones;
  if (vlans && other.vlans) {
    out.vlans.emplace();
    std::copy_if(vlans->begin(), vlans->end(), std::back_inserter(*out.vlans),
                 [&](const card::VlanTags& one) { return holds(*other.vlans, one); });
  } else {
    out.vlans = vlans ? vlans : other.vlans;
  }
  out.source = source & other.source;
  out.destination = destination & other.destination;
  out.to = to & other.to;
  out.from = from & other.from;
  return out;
}

Box Box::reversed() const {
  const auto swapped = static_cast<uint8_t>((zones & kInsideBit) << 1 | (zones & kOutsideBit) >> 1);
  return {swapped, vlans, destination, source, from, to};
}

Box box_of(const Conditions& when, const std::vector<AddressSet>& subjects) {
  Box box;
  box.zones = when.zones;
  if (!when.vlans.empty()) {
    box.vlans = when.vlans;
  }
  box.source = when.source;
  box.destination = when.destination;
  box.to = when.services;
  if (when.asks_subject) {
    std::vector<AddressRange> who;
    for (const uint32_t subject : when.subjects) {
      const auto& ranges = subjects[subject].ranges();
      who.insert(who.end(), ranges.begin(), ranges.end());
    }
    box.source = box.source & AddressSet(std::move(who));
  }
  return box;
}

}  // namespace vitrine::policy
