#include "sim/bench/rules/rules_bench.h"

namespace vitrine::bench {

using card::soft::FrameKind;

RulesBench::RulesBench(uint64_t seed) : table(static_cast<int>(seed)), random(seed) {
  table->lookup_valid_i = 0;
  table->load_valid_i = 0;
  table->commit_valid_i = 0;
  table.reset();
}

void RulesBench::tick() {
  const auto packet = next_packet();
  table->lookup_valid_i = packet.has_value();
  if (packet) {
    table->lookup_kind_i = static_cast<uint8_t>(packet->kind);
    put_flow_key(table->lookup_key_i, packet->key);
    expected_.push_back(
        {table.clocks(), model_.decide(packet->kind, packet->key), model_.configuration_version()});
  }
  const bool due =
      !expected_.empty() && expected_.front().presented + kRulesLatency == table.clocks();
  ASSERT_EQ(table->result_valid_o != 0, due);
  if (due) {
    ASSERT_EQ(static_cast<card::Action>(table->result_action_o), expected_.front().action)
        << "by rule " << table->result_rule_o << ", in clock " << table.clocks();
    ASSERT_EQ(table->result_version_o, expected_.front().version);
    ++answers_[table->result_action_o];
    expected_.pop_front();
  }
  table.tick();
}

void RulesBench::ticks(uint64_t count) {
  for (uint64_t i = 0; i < count && !testing::Test::HasFatalFailure(); ++i) {
    tick();
  }
}

void RulesBench::write(const card::RuleImage& image) {
  table->load_valid_i = 1;
  for (size_t slice = 0; slice < image.slices(); ++slice) {
    for (size_t chunk = 0; chunk <= card::RuleImage::kActionChunk; ++chunk) {
      for (size_t row = 0; row < card::RuleImage::kRows; ++row) {
        table->load_slice_i = static_cast<uint8_t>(slice);
        table->load_chunk_i = static_cast<uint8_t>(chunk);
        table->load_row_i = static_cast<uint8_t>(row);
        table->load_data_i = image.word(slice, chunk, row);
        bool taken = false;
        while (!taken && !testing::Test::HasFatalFailure()) {
          taken = table->load_ready_o != 0;
          tick();
        }
      }
    }
  }
  table->load_valid_i = 0;
}

void RulesBench::commit(const card::RuleImage& image, const card::RuleGeneration& generation) {
  table->commit_valid_i = 1;
  table->commit_slices_i = static_cast<uint8_t>(image.slices());
  table->commit_otherwise_i = static_cast<uint8_t>(image.otherwise());
  table->commit_version_i = image.configuration_version();
  bool taken = false;
  while (!taken && !testing::Test::HasFatalFailure()) {
    taken = table->load_ready_o != 0;
    tick();
  }
  table->commit_valid_i = 0;
  // Packets that enter from the next clock on: the one of this clock was judged by the old
  // generation.
  model_ = card::soft::RuleTable::compile(generation).value();
}

uint64_t RulesBench::load(const card::RuleGeneration& generation, size_t max_rules) {
  const uint64_t begin = table.clocks();
  const auto image = card::RuleImage::compile(generation, max_rules);
  EXPECT_TRUE(image.is_ok());
  write(image.value());
  commit(image.value(), generation);
  return table.clocks() - begin;
}

IpAddress RulesBench::random_address() {
  const bool v6 = random() % 2 != 0;
  IpAddress address = IpAddress::parse(v6 ? "2001:db8::" : "10.0.0.0").value();
  // A few bits high up and a few low down, so that prefixes of all lengths sometimes fit.
  address.bytes[1] = static_cast<uint8_t>(address.bytes[1] ^ (random() % 2));
  address.bytes[address.size() - 1] = static_cast<uint8_t>(random() % 4);
  if (random() % 8 == 0) {
    address.bytes[random() % address.size()] = static_cast<uint8_t>(random());
  }
  return address;
}

std::optional<IpNetwork> RulesBench::random_network() {
  if (random() % 2 != 0) {
    return std::nullopt;
  }
  IpNetwork network;
  network.address = random_address();
  const size_t bits = network.address.size() * 8;
  network.prefix_length = static_cast<uint8_t>(random() % 2 != 0 ? random() % (bits + 1) : bits);
  for (size_t bit = network.prefix_length; bit < bits; ++bit) {
    auto& byte = network.address.bytes[bit / 8];
    byte = static_cast<uint8_t>(byte & ~(0x80U >> bit % 8));
  }
  return network;
}

card::VlanTags RulesBench::random_vlan() {
  card::VlanTags tags;
  if (random() % 2 != 0) {
    tags.outer = static_cast<uint16_t>(random() % 2 != 0 ? 0xfff : random() % 3);
    if (random() % 2 != 0) {
      tags.inner = static_cast<uint16_t>(random() % 3);
    }
  }
  return tags;
}

uint16_t RulesBench::random_port() {
  constexpr std::array<uint16_t, 5> kPorts = {443, 442, 80, 0, 0x81bb};
  return random() % 8 == 0 ? static_cast<uint16_t>(random()) : kPorts[random() % kPorts.size()];
}

card::Rule RulesBench::random_rule() {
  card::Rule rule;
  if (random() % 3 == 0) {
    rule.ingress = static_cast<card::Port>(random() % 3);
  }
  if (random() % 4 == 0) {
    rule.vlan = random_vlan();
  }
  if (random() % 3 == 0) {
    rule.ip_version = random() % 2 != 0 ? 4 : 6;
  }
  if (random() % 2 != 0) {
    rule.protocol = random() % 2 != 0 ? 6 : 17;
  }
  rule.source = random_network();
  rule.destination = random_network();
  for (auto* port : {&rule.source_port, &rule.destination_port}) {
    if (random() % 3 == 0) {
      port->value = random_port();
      port->mask = random() % 2 != 0 ? 0xffff : static_cast<uint16_t>(random());
    }
  }
  rule.action = static_cast<card::Action>(random() % 3);
  return rule;
}

card::RuleGeneration RulesBench::random_generation(size_t rules, uint32_t version) {
  card::RuleGeneration generation;
  generation.configuration_version = version;
  generation.otherwise = static_cast<card::Action>(random() % 3);
  for (size_t i = 0; i < rules; ++i) {
    generation.rules.push_back(random_rule());
  }
  return generation;
}

// A frame as parse_frame describes it: what its kind hides is zero.
RulePacket RulesBench::random_packet() {
  RulePacket packet;
  packet.kind = static_cast<FrameKind>(random() % 5);
  auto& key = packet.key;
  key.ingress = static_cast<card::Port>(random() % 3);
  key.vlan = random_vlan();
  key.source = random_address();
  do {
    key.destination = random_address();
  } while (key.destination.version != key.source.version);
  key.protocol =
      packet.kind == FrameKind::kTcp ? 6 : static_cast<uint8_t>(random() % 2 != 0 ? 17 : random());
  key.source_port = random_port();
  key.destination_port = random_port();
  if (packet.kind == FrameKind::kExtensionHeader && key.source.version == 4) {
    packet.kind = FrameKind::kOtherIp;
  }
  if (packet.kind == FrameKind::kFragment || packet.kind == FrameKind::kExtensionHeader) {
    key.source_port = key.destination_port = 0;
    key.protocol = packet.kind == FrameKind::kFragment ? key.protocol : 0;
  }
  if (packet.kind == FrameKind::kNotIp) {
    const auto ingress = key.ingress;
    const auto vlan = key.vlan;
    key = {};
    key.ingress = ingress;
    key.vlan = vlan;
    key.protocol = 0;
    key.source.version = key.destination.version = 0;
  }
  return packet;
}

}  // namespace vitrine::bench
