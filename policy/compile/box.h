// A product of sets, one a packet field: what a rule's connection conditions select.
//
// `to` and `from` are the services of the destination and the source port, both in the protocol's
// own plane (policy/lang/service_set.h).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "policy/lang/rulebook.h"

namespace vitrine::policy {

struct Box {
  uint8_t zones = kAnyZone;
  std::optional<std::vector<card::VlanTags>> vlans;  // nullopt: any
  AddressSet source = AddressSet::all();
  AddressSet destination = AddressSet::all();
  ServiceSet to = ServiceSet::all();
  ServiceSet from = ServiceSet::all();

  bool empty() const;
  bool meets(const Box& other) const;
  bool covers(const Box& other) const;
  Box operator&(const Box& other) const;
  // The packets that answer those of this box.
  Box reversed() const;
};

// The connection conditions of a rule, but its schedule; identity is folded into the source.
// `subjects`: Rulebook::subject_addresses().
Box box_of(const Conditions& when, const std::vector<AddressSet>& subjects);

}  // namespace vitrine::policy
