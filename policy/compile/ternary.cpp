#include "policy/compile/ternary.h"

#include <algorithm>
#include <optional>

namespace vitrine::policy {
namespace {

// One end: nullopt is any address of either family.
std::vector<std::optional<IpNetwork>> ends_of(const AddressSet& set) {
  if (set.is_all()) {
    return {std::nullopt};
  }
  std::vector<std::optional<IpNetwork>> ends;
  for (const IpNetwork& network : networks_of(set)) {
    ends.emplace_back(network);
  }
  return ends;
}

struct Transport {
  std::optional<uint8_t> protocol;
  card::Rule::Field16 source_port;
  card::Rule::Field16 destination_port;
};

bool covers_but_tcp(const ServiceSet& set) {
  return (set | ServiceSet({protocol_range(kTcp)})).is_all();
}

std::vector<Transport> transports_of(const Box& box) {
  std::vector<Transport> transports;
  if (covers_but_tcp(box.to) && covers_but_tcp(box.from) && !box.to.meets(protocol_range(kTcp))) {
    return {Transport{}};  // TCP's rules stand above
  }
  for (unsigned protocol = 0; protocol < 256; ++protocol) {
    const ServiceSet plane({protocol_range(static_cast<uint8_t>(protocol))});
    const bool has_ports = protocol == kTcp || protocol == kUdp;
    const ServiceSet to_plane = box.to & plane;
    const ServiceSet from_plane = box.from & plane;
    for (const ServiceRange& to : to_plane.ranges()) {
      for (const ServiceRange& from : from_plane.ranges()) {
        const auto number = static_cast<uint8_t>(protocol);
        if (!has_ports) {
          transports.push_back({number, {}, {}});
          continue;
        }
        for (const auto& to_mask :
             port_masks(static_cast<uint16_t>(to.first), static_cast<uint16_t>(to.last))) {
          for (const auto& from_mask :
               port_masks(static_cast<uint16_t>(from.first), static_cast<uint16_t>(from.last))) {
            transports.push_back({number, from_mask, to_mask});
          }
        }
      }
    }
  }
  return transports;
}

// Ingress, VLAN and address families, over which every other field is repeated.
std::vector<card::Rule> frames_of(const Box& box, bool any_protocol) {
  std::vector<card::Rule> frames(1);
  if (box.zones != kAnyZone) {
    frames[0].ingress = box.zones == kInsideBit ? card::Port::kInside : card::Port::kOutside;
  }
  if (box.vlans) {
    const card::Rule plain = frames[0];
    frames.assign(box.vlans->size(), plain);
    for (size_t i = 0; i < frames.size(); ++i) {
      frames[i].vlan = (*box.vlans)[i];
    }
  }
  // A rule that asks neither protocol nor address would hold ARP and the like, too.
  if (any_protocol && box.source.is_all() && box.destination.is_all()) {
    const size_t count = frames.size();
    for (size_t i = 0; i < count; ++i) {
      frames.push_back(frames[i]);
      frames[i].ip_version = 4;
      frames.back().ip_version = 6;
    }
  }
  return frames;
}

}  // namespace

std::vector<card::Rule::Field16> port_masks(uint16_t first, uint16_t last) {
  std::vector<card::Rule::Field16> masks;
  uint32_t at = first;
  while (at <= last) {
    uint32_t size = 1;
    while (size < 0x10000 && at % (size * 2) == 0 && at + size * 2 - 1 <= last) {
      size *= 2;
    }
    masks.push_back({static_cast<uint16_t>(at), static_cast<uint16_t>(~(size - 1))});
    at += size;
  }
  return masks;
}

bool append_rules(const Box& box, card::Action action, size_t room,
                  std::vector<card::Rule>& rules) {
  const auto transports = transports_of(box);
  const auto sources = ends_of(box.source);
  const auto destinations = ends_of(box.destination);
  const auto frames = frames_of(box, transports.size() == 1 && !transports[0].protocol);
  const size_t before = rules.size();
  for (const auto& source : sources) {
    for (const auto& destination : destinations) {
      if (source && destination && source->address.version != destination->address.version) {
        continue;
      }
      if (rules.size() - before + frames.size() * transports.size() > room) {
        rules.resize(before);
        return false;
      }
      for (const card::Rule& frame : frames) {
        for (const Transport& transport : transports) {
          card::Rule rule = frame;
          rule.protocol = transport.protocol;
          rule.source = source;
          rule.destination = destination;
          rule.source_port = transport.source_port;
          rule.destination_port = transport.destination_port;
          rule.action = action;
          rules.push_back(rule);
        }
      }
    }
  }
  return true;
}

}  // namespace vitrine::policy
