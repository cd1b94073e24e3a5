#include "sim/card/spliced_card.h"

#include <cstring>
#include <utility>

#include "sim/bench/support/windows.h"

#include "host/base/secret.h"

namespace vitrine::sim {
namespace {

uint64_t number(const uint8_t* at, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = bytes; i > 0; --i) {
    value = value << 8 | at[i - 1];
  }
  return value;
}

}  // namespace

void SplicedCard::SetUpTestSuite() { ASSERT_TRUE(secure_memory_init()); }

void SplicedCard::put_words(const card::FlowImage& image) {
  for (uint32_t i = 0; i < image.size(); ++i) {
    write(regs::kFlowMailbox + 4 * i, image.word(i));
  }
}

uint32_t SplicedCard::finish_command(uint32_t operation, card::Direction direction) {
  const uint64_t before = card_.clocks();
  write(regs::kFlowsCommand, operation | static_cast<uint32_t>(direction) << 4);
  while ((read(regs::kFlowsStatus) & 1U) != 0) {
  }
  command_clocks_ = card_.clocks() - before;
  return read(regs::kFlowsStatus) >> 4;
}

uint32_t SplicedCard::command(const card::FlowImage& image, uint32_t operation,
                              card::Direction direction) {
  put_words(image);
  return finish_command(operation, direction);
}

uint32_t SplicedCard::install(unsigned connection, bench::FlowOptions options, uint64_t seed,
                              uint32_t idle_ms) {
  begin_install(connection, options, seed, idle_ms);
  return finish_command(kInstall);
}

size_t SplicedCard::begin_install(unsigned connection, bench::FlowOptions options, uint64_t seed,
                                  uint32_t idle_ms) {
  Installed installed;
  installed.id = next_id_++;
  options.client = static_cast<uint16_t>(installed.id);
  installed.flow = std::make_unique<bench::SplicedFlow>(options, pools_, seed);
  card::FlowSpec spec;
  spec.key = installed.flow->key();
  spec.action = card::Action::kSplice;
  spec.idle_timeout_ms = idle_ms;
  spec.splice = installed.flow->splice();
  auto image = card::FlowImage::install({installed.id, static_cast<uint16_t>(connection)}, spec);
  EXPECT_TRUE(image) << image.status().message();
  put_words(*image);
  flows_[connection] = std::move(installed);
  return image->size();
}

uint32_t SplicedCard::remove(unsigned connection) {
  auto image = card::FlowImage::remove({id(connection), static_cast<uint16_t>(connection)},
                                       flow(connection).key());
  return command(*image, kRemove);
}

uint32_t SplicedCard::statistics(unsigned connection) {
  auto image = card::FlowImage::statistics({id(connection), static_cast<uint16_t>(connection)});
  return command(*image, kStatistics);
}

uint64_t SplicedCard::result64(unsigned word) {
  const uint64_t low = read(regs::kFlowsResult0 + 4 * word);
  return low | static_cast<uint64_t>(read(regs::kFlowsResult0 + 4 * word + 4)) << 32;
}

void SplicedCard::put(unsigned port, const Frame& frame) {
  if (port != port_) {
    settle();
    port_ = port;
  }
  card_.put_frame(port, frame);
  for (int i = 0; i < 10000 && card_.frames_waiting(port) > 2; ++i) {
    card_.clock();
  }
  take();
}

void SplicedCard::take() {
  Frame got;
  for (unsigned port = 0; port < 2; ++port) {
    while (card_.take_frame(port, got)) {
      ASSERT_FALSE(leaving_[port].empty()) << "a frame too many, behind " << sent_;
      ASSERT_EQ(got, leaving_[port].front()) << "frame " << sent_;
      leaving_[port].pop_front();
      ++sent_;
    }
  }
}

void SplicedCard::send(const bench::FlowSegment& segment) {
  const unsigned port = static_cast<unsigned>(segment.direction);
  if (segment.verdict.kind == card::soft::SpliceVerdict::Kind::kSend) {
    leaving_[1 - port].push_back(segment.sent);
    cut_ += segment.left.size() != segment.payload.size() ? 1 : 0;
  } else {
    ++dropped_[static_cast<size_t>(segment.verdict.reason)];
  }
  put(port, segment.frame);
}

void SplicedCard::send_in_vain(const bench::FlowSegment& segment) {
  put(static_cast<unsigned>(segment.direction), segment.frame);
}

void SplicedCard::expect_all() {
  settle();
  take();
  EXPECT_TRUE(leaving_[0].empty()) << leaving_[0].size() << " frames have not left";
  EXPECT_TRUE(leaving_[1].empty()) << leaving_[1].size() << " frames have not left";
}

void SplicedCard::expect_same_statistics(unsigned connection) {
  ASSERT_EQ(statistics(connection), 0U);
  expect_statistics(result(), flow(connection).stats());
}

Frame SplicedCard::result() {
  Frame bytes(128);
  for (uint32_t i = 0; i < 32; ++i) {
    const uint32_t word = read(regs::kFlowsResult0 + 4 * i);
    std::memcpy(&bytes[4 * size_t{i}], &word, sizeof word);
  }
  return bytes;
}

void SplicedCard::expect_statistics(const Frame& result, const card::FlowStats& expected) {
  ASSERT_EQ(result.size(), 128U);
  for (unsigned i = 0; i < 2; ++i) {
    const card::DirectionStats& side = expected.directions[i];
    const uint8_t* at = result.data() + 64 * size_t{i};
    EXPECT_EQ(number(at, 8), side.packets) << "direction " << i;
    EXPECT_EQ(number(at + 8, 8), side.bytes) << "direction " << i;
    EXPECT_EQ(number(at + 16, 8), side.payload_bytes) << "direction " << i;
    EXPECT_EQ(number(at + 24, 8), side.new_payload_bytes) << "direction " << i;
    EXPECT_EQ(number(at + 32, 8), side.records) << "direction " << i;
    EXPECT_EQ(number(at + 40, 4), side.next_sequence) << "direction " << i;
    EXPECT_EQ(number(at + 44, 4), side.last_acknowledgement) << "direction " << i;
  }
}

bool SplicedCard::card_holds_keys_of(unsigned connection) {
  const bench::Windows windows(card_.state());
  for (const auto direction : {card::Direction::kFromInside, card::Direction::kFromOutside}) {
    for (size_t i = 0; i < flow(connection).installed(direction); ++i) {
      if (windows.hold(flow(connection).in_key(direction, i).key) ||
          windows.hold(flow(connection).out_key(direction, i).key)) {
        return true;
      }
    }
  }
  return false;
}

void SplicedCard::give_keys(unsigned connection, card::Direction direction) {
  Installed& installed = flows_[connection];
  bench::SplicedFlow& flow = *installed.flow;
  size_t& answered = installed.answered[card::index(direction)];
  const size_t generation = flow.installed(direction);
  if (flow.generations(direction).size() == answered ||
      generation == bench::SplicedFlow::kGenerations) {
    return;
  }
  settle();
  const auto in = flow.in_key(direction, generation).record_key();
  const auto out = flow.out_key(direction, generation).record_key();
  auto image = card::FlowImage::update_keys({installed.id, static_cast<uint16_t>(connection)},
                                            direction, in, out);
  ASSERT_TRUE(image);
  const bool taken = flow.update_keys(direction);
  ASSERT_EQ(command(*image, kUpdateKeys, direction), taken ? 0U : 3U);
  answered += taken ? 1 : 0;
  updates_ += taken ? 1 : 0;
}

std::vector<bench::TapEntry> SplicedCard::taps(card::FlowId flow) {
  std::vector<bench::TapEntry> entries;
  for (const uint32_t head = read(regs::kRingsTapHead); taps_ % kEntries != head; ++taps_) {
    const uint8_t* at = entry(kTap, taps_);
    EXPECT_EQ(number(at + 8, 8), flow);
    EXPECT_EQ(number(at + 32, 4), taps_);
    bench::TapEntry made;
    made.is_record = at[0] == 1;
    made.direction = at[1];
    made.content_type = at[2];
    made.verified = at[3] != 0;
    made.record = number(at + 16, 8);
    made.offset = static_cast<uint32_t>(number(at + 24, 4));
    made.length = static_cast<uint32_t>(number(at + 28, 4));
    made.plaintext.assign(at + 64, at + 64 + number(at + 4, 2));
    entries.push_back(std::move(made));
  }
  write(regs::kRingsTapTail, taps_ % kEntries);
  return entries;
}

std::vector<RingEntry> SplicedCard::events() {
  settle();
  std::vector<RingEntry> entries;
  for (const uint32_t head = read(regs::kRingsPuntHead); punts_ % kEntries != head; ++punts_) {
    const uint8_t* at = entry(kPunt, punts_);
    EXPECT_EQ(number(at + 28, 4), punts_);
    RingEntry made;
    made.type = at[0];
    made.port = at[1];
    made.reason = at[2];
    made.direction = at[3];
    made.connection = static_cast<uint16_t>(number(at + 6, 2));
    made.flow = number(at + 8, 8);
    made.record = number(at + 16, 8);
    made.generation = static_cast<uint32_t>(number(at + 24, 4));
    made.body.assign(at + 64, at + 64 + number(at + 4, 2));
    entries.push_back(std::move(made));
  }
  write(regs::kRingsPuntTail, punts_ % kEntries);
  return entries;
}

}  // namespace vitrine::sim
