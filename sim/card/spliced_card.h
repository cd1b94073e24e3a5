// Spliced connections through the whole card, installed by the flow mailbox, and what must come of
// their frames: bench::SplicedFlow is both sender and reference.
//
// Frames go in one direction at a time, so that their order within the card is known: the card is
// idle before the other MAC sends. A test fails where a frame that leaves is not the next expected.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "sim/bench/record/spliced_flow.h"
#include "sim/card/card_fixture.h"

#include "host/card/flow_image.h"
#include "host/card/reasons.h"

namespace vitrine::sim {

// An entry of the punt ring: the contract is that of rtl/punt.
struct RingEntry {
  uint8_t type = 0;  // 0 punt, 1 closed, 2 key update
  uint8_t port = 0;
  uint8_t reason = 0;
  uint8_t direction = 0;
  uint16_t connection = 0;
  uint64_t flow = 0;
  uint64_t record = 0;
  uint32_t generation = 0;
  std::vector<uint8_t> body;
};
constexpr uint8_t kClosed = 1;
constexpr uint8_t kKeyUpdate = 2;

class SplicedCard : public CardFixture {
 protected:
  static constexpr uint32_t kInstall = 1;
  static constexpr uint32_t kRemove = 2;
  static constexpr uint32_t kUpdateKeys = 3;
  static constexpr uint32_t kStatistics = 4;

  static void SetUpTestSuite();

  // A flow command; its RESULT.
  uint32_t command(const card::FlowImage& image, uint32_t operation,
                   card::Direction direction = card::Direction::kFromInside);
  // A new connection at that index, with addresses of its own; RESULT of its installation.
  uint32_t install(unsigned connection, bench::FlowOptions options, uint64_t seed,
                   uint32_t idle_ms = card::FlowSpec{}.idle_timeout_ms);
  // Its two halves: the mailbox's words, how many; and the command, its RESULT.
  size_t begin_install(unsigned connection, bench::FlowOptions options, uint64_t seed,
                       uint32_t idle_ms = card::FlowSpec{}.idle_timeout_ms);
  uint32_t finish_command(uint32_t operation,
                          card::Direction direction = card::Direction::kFromInside);
  uint32_t remove(unsigned connection);
  // 4 where the card does not know it any more.
  uint32_t statistics(unsigned connection);
  bench::SplicedFlow& flow(unsigned connection) { return *flows_[connection].flow; }
  card::FlowId id(unsigned connection) { return flows_[connection].id; }

  // Sends it, and notes what must leave.
  void send(const bench::FlowSegment& segment);
  // The same, with nothing that must leave.
  void send_in_vain(const bench::FlowSegment& segment);
  // Until the card is idle; all that must leave has left, and nothing else.
  void expect_all();
  // The next keys of a direction, if its sender has used some up; both cards must agree.
  void give_keys(unsigned connection, card::Direction direction);
  // The card's statistics of it are the soft card's.
  void expect_same_statistics(unsigned connection);
  // RESULT's bytes of the last command, as the body of a closed event has them too.
  Frame result();
  static void expect_statistics(const Frame& result, const card::FlowStats& expected);
  bool card_holds_keys_of(unsigned connection);
  // What the punt ring has got since the last call.
  std::vector<RingEntry> events();
  // And of the tap ring.
  std::vector<bench::TapEntry> taps(card::FlowId flow);
  uint64_t result64(unsigned word);

  size_t sent_ = 0;
  std::array<uint64_t, card::kDropReasons> dropped_{};
  uint64_t cut_ = 0;
  size_t updates_ = 0;           // keys that both cards took
  uint64_t command_clocks_ = 0;  // of the last command, from its register's write on

 private:
  void put_words(const card::FlowImage& image);
  struct Installed {
    card::FlowId id = 0;
    std::unique_ptr<bench::SplicedFlow> flow;
    std::array<size_t, 2> answered{};
  };
  void put(unsigned port, const Frame& frame);
  void take();

  card::soft::SplicePools pools_{{1024, 64, 64, 8}};
  std::map<unsigned, Installed> flows_;
  card::FlowId next_id_ = 0x100000001;
  unsigned port_ = 0;                         // that sent last
  std::array<std::deque<Frame>, 2> leaving_;  // by the port they must leave by
  uint32_t punts_ = 0;
  uint32_t taps_ = 0;
};

}  // namespace vitrine::sim
