#include "sim/bench/parse/random_frames.h"

#include <algorithm>

#include "tests/support/packet_builder.h"

namespace vitrine::bench {
namespace {

using test::PacketBuilder;

uint64_t below(std::mt19937_64& random, uint64_t bound) { return random() % bound; }

template <typename T, size_t N>
T one_of(std::mt19937_64& random, const T (&choices)[N]) {
  return choices[below(random, N)];
}

void add_network(PacketBuilder& packet, std::mt19937_64& random) {
  const bool v6 = below(random, 2) != 0;
  const auto port = static_cast<uint16_t>(random());
  packet.from(v6 ? "2001:db8:1:2:3:4:5:6" : "192.0.2.77", port);
  packet.to(v6 ? "2001:db8::fe" : "198.51.100.7", static_cast<uint16_t>(random()));
  for (uint64_t tags = below(random, 3); tags > 0; --tags) {
    packet.vlan(static_cast<uint16_t>(below(random, 4096)), static_cast<uint8_t>(below(random, 8)));
  }
  if (!v6 && below(random, 3) == 0) {
    packet.ip_options(4 * below(random, 11));
  }
  if (below(random, 12) == 0) {
    packet.fragment(static_cast<uint16_t>(below(random, 3) * 100), below(random, 2) != 0);
  }
  if (v6 && below(random, 8) == 0) {
    packet.extension_header(
        one_of<uint8_t>(random, {0, 43, 44, 50, 51, 59, 60, 135, 139, 140, 253, 254}));
  }
}

void add_tcp(PacketBuilder& packet, std::mt19937_64& random) {
  packet.sequence(static_cast<uint32_t>(random())).ack(static_cast<uint32_t>(random()));
  packet.flags(static_cast<uint8_t>(random()) & 0x3f).window(static_cast<uint16_t>(random()));
  switch (below(random, 6)) {
    case 0:
      packet.timestamps(1, 2);
      break;
    case 1:
      packet.timestamps(1, 2).sack({{1, 2}, {3, 4}, {5, 6}});
      break;
    case 2:
      packet.mss(1460).sack_permitted().timestamps(3, 4).window_scale(7);
      break;
    case 3:
      packet.tcp_option(random_options(random));
      break;
    case 4:
      packet.sack({{1, 2}, {3, 4}, {5, 6}, {7, 8}});
      break;
    default:
      break;
  }
}

}  // namespace

std::vector<uint8_t> random_options(std::mt19937_64& random) {
  std::vector<uint8_t> options;
  const size_t wanted = below(random, 41);
  while (options.size() < wanted) {
    const auto kind = one_of<uint8_t>(random, {0, 1, 1, 1, 2, 5, 5, 8, 8, 19, 254});
    options.push_back(kind);
    if (kind > 1 || below(random, 50) == 0) {
      const auto length =
          one_of<uint8_t>(random, {0, 1, 2, 3, 4, 8, 10, 10, 10, 10, 18, 26, 34, 40, 255});
      options.push_back(length);
      options.resize(options.size() + (length > 2 ? length - 2U : 0U), 0x01);
    }
  }
  options.resize(std::min<size_t>(options.size(), 40));
  return options;
}

Frame random_frame(std::mt19937_64& random) {
  if (below(random, 40) == 0) {
    return test::arp_request();
  }
  PacketBuilder packet;
  add_network(packet, random);
  switch (below(random, 8)) {
    case 0:
      packet.udp();
      break;
    case 1:
      packet.protocol(static_cast<uint8_t>(random()));
      break;
    default:
      add_tcp(packet, random);
      break;
  }
  packet.payload_of(one_of<size_t>(random, {0, 0, 1, 6, 18, 40, 64, 100, 200, 600}));
  Frame frame = packet.build();
  if (frame.size() < 60 && below(random, 2) != 0) {
    frame.resize(60, 0);  // as Ethernet pads
  }
  return frame;
}

void mutate(Frame& frame, std::mt19937_64& random) {
  for (uint64_t changes = 1 + below(random, 3); changes > 0; --changes) {
    switch (below(random, 6)) {
      case 0:
        frame.resize(1 + below(random, frame.size()));
        break;
      case 1:
        frame.resize(frame.size() + 1 + below(random, 80), 0);
        break;
      case 2:
        frame[below(random, frame.size())] ^= static_cast<uint8_t>(1U << below(random, 8));
        break;
      case 3:  // where ethertypes, versions, lengths and protocols are
        if (frame.size() > 60) {
          frame[12 + below(random, 40)] =
              one_of<uint8_t>(random, {0,  1,  4,  5,  6,  8,   17,  20,   40,   44,   45,   47,
                                       48, 60, 69, 80, 96, 128, 129, 0x86, 0x88, 0xdd, 0xa8, 255});
        }
        break;
      default:
        frame[below(random, std::min<size_t>(frame.size(), 142))] = static_cast<uint8_t>(random());
        break;
    }
  }
}

}  // namespace vitrine::bench
