#include "sim/bench/tcp/random_segment.h"

#include "host/card/soft/frame_parser.h"
#include "tests/support/packet_builder.h"

namespace vitrine::bench {
namespace {

using card::soft::parse_frame;
using test::random_in;

// Numbers whose bytes carry: a plain random one rarely does.
uint32_t random_number(test::Random& random) {
  switch (random() % 4) {
    case 0:
      return static_cast<uint32_t>(0xffffff00U + random() % 512);
    case 1:
      return static_cast<uint32_t>(random()) | 0x00ffff00U;
    default:
      return static_cast<uint32_t>(random());
  }
}

void append_number(std::vector<uint8_t>& options, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    options.push_back(static_cast<uint8_t>(value >> shift));
  }
}

void append_timestamps(test::Random& random, std::vector<uint8_t>& options) {
  options.insert(options.end(), {8, 10});
  append_number(options, random_number(random));
  append_number(options, random_number(random));
}

void append_sack(test::Random& random, std::vector<uint8_t>& options, size_t blocks) {
  options.insert(options.end(), {5, static_cast<uint8_t>(2 + 8 * blocks)});
  for (size_t edge = 0; edge < 2 * blocks; ++edge) {
    append_number(options, random_number(random));
  }
}

// NOPs, timestamps and SACK in random order and number, so that fields begin at odd places too.
std::vector<uint8_t> random_options(test::Random& random) {
  std::vector<uint8_t> options;
  const auto pad = [&](size_t most) { options.insert(options.end(), random() % (most + 1), 1); };
  const size_t kinds = random() % 4;
  const bool sack_first = random() % 2 != 0;
  pad(3);
  if (kinds == 1) {
    append_sack(random, options, random_in(random, 1, options.size() <= 6 ? 4 : 3));
  } else if (kinds == 2) {
    append_timestamps(random, options);
  } else if (kinds == 3 && sack_first) {
    append_sack(random, options, random_in(random, 1, 2));
    pad(3);
    append_timestamps(random, options);
  } else if (kinds == 3) {
    append_timestamps(random, options);
    pad(1);
    append_sack(random, options, random_in(random, 1, options.size() <= 14 ? 3 : 2));
  }
  return options;
}

}  // namespace

RandomSegment random_segment(test::Random& random, size_t largest) {
  test::PacketBuilder builder;
  if (random() % 2 != 0) {
    builder.from("2001:db8::1", 40000).to("2001:db8:ffff::ffff", 443);
  } else {
    builder.ip_options(4 * (random() % 11));
  }
  for (size_t tags = random() % 3; tags > 0; --tags) {
    builder.vlan(static_cast<uint16_t>(random() % 4095));
  }
  builder.sequence(random_number(random)).ack(random_number(random));
  builder.window(static_cast<uint16_t>(random()));
  if (random() % 8 == 0) {
    builder.flags(static_cast<uint8_t>(random() % 64));
  } else if (random() % 4 == 0) {
    builder.fin().psh();
  }
  builder.tcp_option(random_options(random));
  const size_t size = random() % 3 == 0 ? random() % 90 : random() % (largest + 1);
  builder.payload(test::random_bytes(random, size));
  RandomSegment segment;
  segment.frame = builder.build();
  parse_frame(segment.frame, card::Port::kInside, segment.parsed);
  if (random() % 4 == 0) {
    segment.frame.resize(segment.frame.size() + random() % 100, static_cast<uint8_t>(random()));
  }
  return segment;
}

uint64_t layout_port(const card::soft::ParsedFrame& parsed) {
  uint64_t port = parsed.key.source.is_v6() ? 1 : 0;
  const auto add = [&port](unsigned bits, uint64_t value) { port = port << bits | value; };
  add(1, (parsed.tcp_flags & kAck) != 0 ? 1 : 0);
  add(8, parsed.l3);
  add(8, parsed.l4);
  add(8, parsed.payload);
  add(16, parsed.payload_length);
  add(8, parsed.options.timestamp);
  add(8, parsed.options.sack);
  add(3, parsed.options.sack_blocks);
  return port;
}

void edit_port(VlWide<5>& port, const card::soft::HeaderDeltas& deltas, uint32_t leaves,
               uint16_t payload_sum) {
  port[4] = deltas.sequence;
  port[3] = deltas.acknowledgement;
  port[2] = deltas.timestamp;
  port[1] = deltas.timestamp_echo;
  port[0] = leaves << 16 | payload_sum;
}

}  // namespace vitrine::bench
