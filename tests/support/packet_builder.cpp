#include "tests/support/packet_builder.h"

#include <algorithm>

namespace vitrine::test {
namespace {

constexpr uint8_t kUdp = 17;
constexpr uint8_t kTcp = 6;
constexpr uint8_t kTtl = 64;

void put16(std::vector<uint8_t>& out, uint16_t v) {
  out.push_back(static_cast<uint8_t>(v >> 8));
  out.push_back(static_cast<uint8_t>(v));
}

void put32(std::vector<uint8_t>& out, uint32_t v) {
  put16(out, static_cast<uint16_t>(v >> 16));
  put16(out, static_cast<uint16_t>(v));
}

void put(std::vector<uint8_t>& out, Bytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// RFC 1071, the slow and obvious way: tests must not share the card's code.
uint32_t sum(Bytes bytes, uint32_t start = 0) {
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    start += load_be16(&bytes[i]);
    start = (start & 0xffff) + (start >> 16);
  }
  if (bytes.size() % 2 == 1) {
    start += static_cast<uint32_t>(bytes.back()) << 8;
  }
  return (start & 0xffff) + (start >> 16);
}

uint16_t fold(uint32_t s) {
  while (s >> 16 != 0) {
    s = (s & 0xffff) + (s >> 16);
  }
  return static_cast<uint16_t>(s);
}

uint32_t pseudo_sum(Bytes source, Bytes destination, uint8_t protocol, size_t length) {
  const uint32_t s = sum(destination, sum(source));
  return s + protocol + static_cast<uint32_t>(length >> 16) +
         static_cast<uint32_t>(length & 0xffff);
}

}  // namespace

PacketBuilder::PacketBuilder() : source_mac_{2, 0, 0, 0, 0, 1}, destination_mac_{2, 0, 0, 0, 0, 2} {
  from("192.0.2.1", 40000);
  to("198.51.100.7", 443);
}

PacketBuilder& PacketBuilder::vlan(uint16_t id, uint8_t priority) {
  vlan_tci_.push_back(static_cast<uint16_t>(priority << 13 | id));
  return *this;
}

PacketBuilder& PacketBuilder::from(std::string_view address, uint16_t port) {
  return from(Endpoint{IpAddress::parse(address).value(), port});
}

PacketBuilder& PacketBuilder::to(std::string_view address, uint16_t port) {
  return to(Endpoint{IpAddress::parse(address).value(), port});
}

PacketBuilder& PacketBuilder::from(const Endpoint& source) {
  source_ = source;
  return *this;
}

PacketBuilder& PacketBuilder::to(const Endpoint& destination) {
  destination_ = destination;
  return *this;
}

PacketBuilder& PacketBuilder::ip_options(size_t bytes) {
  ip_options_ = bytes;
  return *this;
}

PacketBuilder& PacketBuilder::fragment(uint16_t offset, bool more) {
  fragment_ = true;
  fragment_offset_ = offset;
  more_fragments_ = more;
  return *this;
}

PacketBuilder& PacketBuilder::extension_header(uint8_t kind) {
  extension_headers_.push_back(kind);
  return *this;
}

PacketBuilder& PacketBuilder::udp() { return protocol(kUdp); }

PacketBuilder& PacketBuilder::protocol(uint8_t number) {
  protocol_ = number;
  return *this;
}

PacketBuilder& PacketBuilder::flags(uint8_t tcp_flags) {
  flags_ = tcp_flags;
  return *this;
}

PacketBuilder& PacketBuilder::syn(uint32_t initial) {
  flags_ = 0x02;
  acknowledgement_ = 0;
  return sequence(initial);
}

PacketBuilder& PacketBuilder::syn_ack(uint32_t initial, uint32_t acknowledgement) {
  flags_ = 0x12;
  acknowledgement_ = acknowledgement;
  return sequence(initial);
}

PacketBuilder& PacketBuilder::fin() {
  flags_ |= 0x01;
  return *this;
}

PacketBuilder& PacketBuilder::rst() {
  flags_ |= 0x04;
  return *this;
}

PacketBuilder& PacketBuilder::psh() {
  flags_ |= 0x08;
  return *this;
}

PacketBuilder& PacketBuilder::urg() {
  flags_ |= 0x20;
  return *this;
}

PacketBuilder& PacketBuilder::sequence(uint32_t value) {
  sequence_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::ack(uint32_t value) {
  flags_ |= 0x10;
  acknowledgement_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::window(uint16_t value) {
  window_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::mss(uint16_t value) {
  put16(tcp_options_, 0x0204);
  put16(tcp_options_, value);
  return *this;
}

PacketBuilder& PacketBuilder::window_scale(uint8_t shift) {
  put32(tcp_options_, 0x01030300U | shift);
  return *this;
}

PacketBuilder& PacketBuilder::sack_permitted() {
  put32(tcp_options_, 0x01010402);
  return *this;
}

PacketBuilder& PacketBuilder::timestamps(uint32_t value, uint32_t echo) {
  put32(tcp_options_, 0x0101080a);
  put32(tcp_options_, value);
  put32(tcp_options_, echo);
  return *this;
}

PacketBuilder& PacketBuilder::sack(const std::vector<std::pair<uint32_t, uint32_t>>& blocks) {
  put32(tcp_options_, 0x01010500U | static_cast<uint32_t>(2 + 8 * blocks.size()));
  for (const auto& [left, right] : blocks) {
    put32(tcp_options_, left);
    put32(tcp_options_, right);
  }
  return *this;
}

PacketBuilder& PacketBuilder::tcp_option(Bytes raw) {
  put(tcp_options_, raw);
  return *this;
}

PacketBuilder& PacketBuilder::payload(Bytes bytes) {
  payload_.assign(bytes.begin(), bytes.end());
  return *this;
}

PacketBuilder& PacketBuilder::payload_of(size_t length, uint8_t fill) {
  payload_.assign(length, fill);
  return *this;
}

PacketBuilder& PacketBuilder::partial_checksum() {
  partial_checksum_ = true;
  return *this;
}

PacketBuilder& PacketBuilder::bad_checksum() {
  bad_checksum_ = true;
  return *this;
}

PacketBuilder PacketBuilder::reply() const {
  PacketBuilder other = *this;
  std::swap(other.source_mac_, other.destination_mac_);
  std::swap(other.source_, other.destination_);
  std::swap(other.sequence_, other.acknowledgement_);
  other.flags_ = 0x10;
  other.tcp_options_.clear();
  other.payload_.clear();
  return other;
}

std::vector<uint8_t> PacketBuilder::transport() const {
  std::vector<uint8_t> out;
  size_t checksum_at = 0;
  if (protocol_ == kTcp) {
    auto options = tcp_options_;
    options.resize((options.size() + 3) / 4 * 4, 0);
    put16(out, source_.port);
    put16(out, destination_.port);
    put32(out, sequence_);
    put32(out, acknowledgement_);
    out.push_back(static_cast<uint8_t>((20 + options.size()) / 4 << 4));
    out.push_back(flags_);
    put16(out, window_);
    put32(out, 0);
    checksum_at = 16;
    put(out, options);
  } else if (protocol_ == kUdp) {
    put16(out, source_.port);
    put16(out, destination_.port);
    put16(out, static_cast<uint16_t>(8 + payload_.size()));
    put16(out, 0);
    checksum_at = 6;
  }
  put(out, payload_);
  if (checksum_at == 0) {
    return out;
  }
  const uint32_t pseudo =
      pseudo_sum(source_.address.view(), destination_.address.view(), protocol_, out.size());
  auto value =
      partial_checksum_ ? fold(pseudo) : static_cast<uint16_t>(~fold(sum(out, fold(pseudo))));
  if (protocol_ == kUdp && value == 0) {
    value = 0xffff;
  }
  store_be16(&out[checksum_at], bad_checksum_ ? static_cast<uint16_t>(value ^ 0x5555) : value);
  return out;
}

std::vector<uint8_t> PacketBuilder::build() const {
  std::vector<uint8_t> out;
  put(out, destination_mac_);
  put(out, source_mac_);
  for (size_t i = 0; i < vlan_tci_.size(); ++i) {
    put16(out, i + 1 < vlan_tci_.size() ? 0x88a8 : 0x8100);
    put16(out, vlan_tci_[i]);
  }
  const auto body = transport();
  if (source_.address.is_v6()) {
    std::vector<uint8_t> extensions;
    auto kinds = extension_headers_;
    if (fragment_) {
      kinds.push_back(44);
    }
    for (size_t i = 0; i < kinds.size(); ++i) {
      extensions.push_back(i + 1 < kinds.size() ? kinds[i + 1] : protocol_);
      extensions.push_back(0);
      const bool is_fragment = kinds[i] == 44;
      put16(extensions, is_fragment ? static_cast<uint16_t>(fragment_offset_ << 3 | more_fragments_)
                                    : 0x0104);  // otherwise PadN
      put32(extensions, 0);
    }
    put16(out, 0x86dd);
    put32(out, 0x60000000);
    put16(out, static_cast<uint16_t>(extensions.size() + body.size()));
    out.push_back(kinds.empty() ? protocol_ : kinds.front());
    out.push_back(kTtl);
    put(out, source_.address.view());
    put(out, destination_.address.view());
    put(out, extensions);
  } else {
    put16(out, 0x0800);
    const size_t start = out.size();
    out.push_back(static_cast<uint8_t>(0x40 | (5 + ip_options_ / 4)));
    out.push_back(0);
    put16(out, static_cast<uint16_t>(20 + ip_options_ + body.size()));
    put16(out, 0x1234);
    put16(out,
          fragment_ ? static_cast<uint16_t>(more_fragments_ << 13 | fragment_offset_) : 0x4000);
    out.push_back(kTtl);
    out.push_back(protocol_);
    put16(out, 0);
    put(out, source_.address.view());
    put(out, destination_.address.view());
    out.insert(out.end(), ip_options_, 0x01);
    const auto checksum = static_cast<uint16_t>(~fold(sum(Bytes(out).subspan(start))));
    store_be16(&out[start + 10], checksum);
  }
  put(out, body);
  return out;
}

card::FlowKey PacketBuilder::key(card::Port ingress) const {
  card::FlowKey key;
  key.ingress = ingress;
  if (!vlan_tci_.empty()) {
    key.vlan.outer = vlan_tci_[0] & 0xfff;
  }
  if (vlan_tci_.size() > 1) {
    key.vlan.inner = vlan_tci_[1] & 0xfff;
  }
  key.protocol = protocol_;
  key.source = source_.address;
  key.destination = destination_.address;
  key.source_port = source_.port;
  key.destination_port = destination_.port;
  return key;
}

std::vector<uint8_t> arp_request() {
  std::vector<uint8_t> out(6, 0xff);
  put(out, std::vector<uint8_t>{2, 0, 0, 0, 0, 1, 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1});
  put(out, std::vector<uint8_t>{2, 0, 0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2});
  out.resize(60, 0);
  return out;
}

bool checksums_are_right(Bytes frame) {
  size_t at = 12;
  while (at + 4 <= frame.size() &&
         (load_be16(&frame[at]) == 0x8100 || load_be16(&frame[at]) == 0x88a8)) {
    at += 4;
  }
  if (at + 22 > frame.size()) {
    return false;
  }
  const bool v6 = load_be16(&frame[at]) == 0x86dd;
  at += 2;
  const Bytes ip = frame.subspan(at);
  if (v6 && ip.size() < 40) {
    return false;
  }
  const size_t header = v6 ? 40 : (ip[0] & 0xfU) * 4U;
  const size_t length = v6 ? 40U + load_be16(&ip[4]) : load_be16(&ip[2]);
  if (header < 20 || length < header || length > ip.size()) {
    return false;
  }
  if (!v6 && fold(sum(ip.first(header))) != 0xffff) {
    return false;
  }
  const Bytes source = v6 ? ip.subspan(8, 16) : ip.subspan(12, 4);
  const Bytes destination = v6 ? ip.subspan(24, 16) : ip.subspan(16, 4);
  const Bytes body = ip.subspan(header, length - header);
  const uint32_t pseudo = pseudo_sum(source, destination, v6 ? ip[6] : ip[9], body.size());
  return fold(sum(body, fold(pseudo))) == 0xffff;
}

}  // namespace vitrine::test
