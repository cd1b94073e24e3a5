// A card that moves nothing: it notes what the session asks of it and answers as the test says.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "host/base/unique_fd.h"
#include "host/card/card.h"

namespace vitrine::test {

class FakeCard : public card::Card {
 public:
  struct Injected {
    card::InjectAs how;
    card::Port port;
    std::vector<uint8_t> frame;
  };

  FakeCard();

  // What the test sets.
  size_t max_flows = 1000;    // install() beyond that: kExhausted
  Status install_answer;      // an error: every install() fails with it
  Status update_keys_answer;  // an error: every update_keys() fails with it
  Status load_answer;         // an error: load_rules() fails with it
  card::FlowStats stats;      // of every flow
  // What the session did.
  std::map<card::FlowId, card::FlowSpec> installed;
  std::vector<card::FlowId> removed;
  card::RuleGeneration generation;  // in force
  size_t key_updates = 0;
  size_t heartbeats = 0;
  // Frames in order of injection; emptied by the call.
  std::vector<Injected> take_injected() { return std::exchange(injected_, {}); }
  // REQUIRES: exactly one flow is installed.
  card::FlowId only_flow() const { return installed.begin()->first; }

  card::CardInfo info() const override { return {"fake", "1", "", 0}; }
  Status start() override { return {}; }
  void stop() override {}
  void heartbeat() override { ++heartbeats; }
  int ready_fd() const override { return ready_.get(); }
  size_t poll(card::CardSink&, size_t) override { return 0; }
  Status inject(card::InjectAs how, const card::FrameMeta& meta, Bytes frame) override;
  void flush() override {}
  Result<card::FlowId> install(const card::FlowSpec& spec) override;
  Result<card::FlowStats> remove(card::FlowId flow) override;
  Status update_keys(card::FlowId flow, card::Direction direction, const card::RecordKey& in,
                     const card::RecordKey& out) override;
  Status load_rules(const card::RuleGeneration& rules) override {
    if (load_answer) {
      generation = rules;
    }
    return load_answer;
  }
  Status zeroize() override { return {}; }
  Result<card::FlowStats> flow_stats(card::FlowId flow) const override;
  std::vector<card::FlowId> flows() const override { return {}; }
  card::Counters counters() const override { return {}; }

 private:
  UniqueFd ready_;  // never readable: tests call the sink themselves
  std::vector<Injected> injected_;
  card::FlowId next_ = 1;
};

}  // namespace vitrine::test
