// Builds Ethernet frames for tests, fluently, with correct lengths and checksums.
//
//   auto syn = test::PacketBuilder().from("192.0.2.1", 40000).to("198.51.100.7",
//   443).syn().build();
//
// Defaults: TCP, IPv4 192.0.2.1:40000 -> 198.51.100.7:443, flags ACK, window 65535, TTL 64, no
// payload, MAC addresses 02:00:00:00:00:01 -> 02:00:00:00:00:02. The address family follows the
// addresses. Values: copying a builder is the way to make variants.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/net.h"
#include "host/card/types.h"

namespace vitrine::test {

class PacketBuilder {
 public:
  PacketBuilder();

  // The first call sets the outer tag (ethertype 0x8100; 0x88a8 when a second follows), the second
  // the inner.
  PacketBuilder& vlan(uint16_t id, uint8_t priority = 0);
  PacketBuilder& from(std::string_view address, uint16_t port);
  PacketBuilder& to(std::string_view address, uint16_t port);
  PacketBuilder& from(const Endpoint& source);
  PacketBuilder& to(const Endpoint& destination);
  // IPv4: bytes of NOP options, a multiple of 4, at most 40.
  PacketBuilder& ip_options(size_t bytes);
  // IPv4: fragment fields; offset in units of 8 bytes. IPv6: a fragment extension header.
  PacketBuilder& fragment(uint16_t offset, bool more);
  // IPv6: an 8-byte extension header of this kind (0 hop-by-hop, 43 routing, 60 destination
  // options, ...).
  PacketBuilder& extension_header(uint8_t kind);

  PacketBuilder& udp();
  // Any other protocol: the payload follows the IP header.
  PacketBuilder& protocol(uint8_t number);

  // TCP. flags() replaces, the named ones add.
  PacketBuilder& flags(uint8_t tcp_flags);
  PacketBuilder& syn(uint32_t sequence = 0);  // also takes ACK away
  PacketBuilder& syn_ack(uint32_t sequence, uint32_t acknowledgement);
  PacketBuilder& fin();
  PacketBuilder& rst();
  PacketBuilder& psh();
  PacketBuilder& urg();
  PacketBuilder& sequence(uint32_t value);
  PacketBuilder& ack(uint32_t value);  // sets ACK
  PacketBuilder& window(uint16_t value);
  PacketBuilder& mss(uint16_t value);
  PacketBuilder& window_scale(uint8_t shift);
  PacketBuilder& sack_permitted();
  PacketBuilder& timestamps(uint32_t value, uint32_t echo);
  PacketBuilder& sack(const std::vector<std::pair<uint32_t, uint32_t>>& blocks);
  // Raw option bytes; the header is padded with END to a multiple of 4.
  PacketBuilder& tcp_option(Bytes raw);

  PacketBuilder& payload(Bytes bytes);
  PacketBuilder& payload(std::string_view text) { return payload(as_bytes(text)); }
  PacketBuilder& payload_of(size_t length, uint8_t fill = 0x5a);

  // Leaves the pseudo-header's sum in the transport checksum (as with checksum offload).
  PacketBuilder& partial_checksum();
  PacketBuilder& bad_checksum();  // wrong transport checksum

  // Ends (and MACs) exchanged; sequence and acknowledgement exchanged; payload and options dropped.
  PacketBuilder reply() const;

  std::vector<uint8_t> build() const;
  // The key of this packet where it enters by `ingress`.
  card::FlowKey key(card::Port ingress) const;

 private:
  std::vector<uint8_t> transport() const;

  MacAddress source_mac_;
  MacAddress destination_mac_;
  std::vector<uint16_t> vlan_tci_;
  Endpoint source_;
  Endpoint destination_;
  size_t ip_options_ = 0;
  bool fragment_ = false;
  uint16_t fragment_offset_ = 0;
  bool more_fragments_ = false;
  std::vector<uint8_t> extension_headers_;
  uint8_t protocol_ = 6;
  uint8_t flags_ = 0x10;
  uint32_t sequence_ = 1000;
  uint32_t acknowledgement_ = 2000;
  uint16_t window_ = 65535;
  std::vector<uint8_t> tcp_options_;
  std::vector<uint8_t> payload_;
  bool partial_checksum_ = false;
  bool bad_checksum_ = false;
};

// An ARP request, as an example of a frame without IP.
std::vector<uint8_t> arp_request();

// Whether IPv4 header checksum (IPv4) and TCP/UDP checksum of an untagged or tagged frame are
// right.
bool checksums_are_right(Bytes frame);

}  // namespace vitrine::test
