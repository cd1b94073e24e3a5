#include "sim/bench/flow/flow_bench.h"

namespace vitrine::bench {

FlowBench::FlowBench(uint64_t seed) : table(static_cast<int>(seed)), random(seed) {
  table->seed_write_i = 0;
  table->lookup_valid_i = 0;
  table->command_valid_i = 0;
  table.reset();
}

uint64_t FlowBench::start() {
  for (uint64_t i = 0; i < kSeedWords; ++i) {
    table->seed_write_i = 1;
    table->seed_word_i = static_cast<uint32_t>(random());
    table.tick();
  }
  table->seed_write_i = 0;
  uint64_t clocks = kSeedWords;
  for (; table->ready_o == 0 && clocks < 100'000; ++clocks) {
    table.tick();
  }
  EXPECT_EQ(table->ready_o, 1);
  return clocks;
}

card::FlowKey FlowBench::opener(const card::FlowKey& key) {
  return key.ingress == card::Port::kOutside ? key.reversed() : key;
}

std::optional<uint32_t> FlowBench::expected(const card::FlowKey& key) const {
  const auto found = map_.find(opener(key));
  return found == map_.end() ? std::nullopt : std::optional(found->second);
}

// Outputs are those of the clock that is about to end.
void FlowBench::check_done() {
  if (table->done_o == 0) {
    return;
  }
  ASSERT_TRUE(command_.has_value()) << "done without a command";
  const Command& command = *command_;
  FlowAnswer answer{static_cast<FlowStatus>(table->done_status_o), table->done_value_o,
                    table.clocks() - command.accepted};
  const auto key = opener(command.key);
  const auto found = map_.find(key);
  const bool there = found != map_.end();
  if (command.op == FlowOp::kInsert) {
    ASSERT_EQ(answer.status == FlowStatus::kExists, there);
    if (answer.status == FlowStatus::kOk) {
      map_[key] = command.value;
    }
  } else {
    ASSERT_EQ(answer.status, there ? FlowStatus::kOk : FlowStatus::kAbsent);
    if (there) {
      ASSERT_EQ(answer.value, found->second);
      found->second = command.value;
      if (command.op == FlowOp::kRemove) {
        map_.erase(found);
      }
    }
  }
  ASSERT_EQ(table->count_o, map_.size());
  answer_ = answer;
  command_.reset();
}

void FlowBench::check_result() {
  const uint64_t now = table.clocks();
  while (!unjudged_.empty() && unjudged_.front().presented + kLookupJudged == now) {
    unjudged_.front().expected = expected(unjudged_.front().key);
    judged_.push_back(unjudged_.front());
    unjudged_.pop_front();
  }
  const bool due = !judged_.empty() && judged_.front().presented + kLookupLatency == now;
  ASSERT_EQ(table->result_valid_o != 0, due) << "an answer is late or was not asked for";
  if (!due) {
    return;
  }
  const auto& wanted = judged_.front().expected;
  ASSERT_EQ(table->result_hit_o != 0, wanted.has_value()) << "in clock " << now;
  ASSERT_EQ(table->result_value_o, wanted.value_or(0)) << "in clock " << now;
  (wanted ? hits_ : misses_) += 1;
  judged_.pop_front();
}

void FlowBench::tick() {
  const auto lookup = next_lookup();
  table->lookup_valid_i = lookup.has_value();
  if (lookup) {
    put_flow_key(table->lookup_key_i, *lookup);
    unjudged_.push_back({table.clocks(), *lookup, std::nullopt});
  }
  check_done();
  check_result();
  table.tick();
}

void FlowBench::ticks(uint64_t count) {
  for (uint64_t i = 0; i < count && !testing::Test::HasFatalFailure(); ++i) {
    tick();
  }
}

FlowAnswer FlowBench::command(FlowOp op, const card::FlowKey& key, uint32_t value) {
  table->command_valid_i = 1;
  table->command_op_i = static_cast<uint8_t>(op);
  table->command_value_i = value;
  put_flow_key(table->command_key_i, key);
  while (table->command_ready_o == 0 && !testing::Test::HasFatalFailure()) {
    tick();
  }
  command_ = Command{op, key, value, table.clocks()};
  answer_.reset();
  tick();
  table->command_valid_i = 0;
  for (int limit = 0; limit < 1'000'000 && !answer_; ++limit) {
    tick();
    if (testing::Test::HasFatalFailure()) {
      return {};
    }
  }
  EXPECT_TRUE(answer_.has_value()) << "a command had no answer";
  return answer_.value_or(FlowAnswer{});
}

card::FlowKey FlowBench::random_key() {
  card::FlowKey key;
  key.ingress = random() % 2 != 0 ? card::Port::kOutside : card::Port::kInside;
  const uint8_t version = random() % 2 != 0 ? 6 : 4;
  for (IpAddress* address : {&key.source, &key.destination}) {
    address->version = version;
    for (size_t i = 0; i < address->size(); ++i) {
      address->bytes[i] = static_cast<uint8_t>(random());
    }
  }
  if (random() % 2 != 0) {
    key.vlan.outer = static_cast<uint16_t>(random() % 4096);
    key.vlan.inner =
        random() % 2 != 0 ? static_cast<uint16_t>(random() % 4096) : card::VlanTags::kNone;
  }
  key.protocol = random() % 2 != 0 ? 6 : 17;
  key.source_port = static_cast<uint16_t>(random());
  key.destination_port = static_cast<uint16_t>(random());
  return key;
}

card::FlowKey FlowBench::counted_key() {
  card::FlowKey key;
  key.source = IpAddress::parse("10.0.0.1").value();
  key.destination = IpAddress::parse("192.0.2.1").value();
  key.source_port = static_cast<uint16_t>(counted_);
  key.source.bytes[3] = static_cast<uint8_t>(1 + (counted_ >> 16U));
  key.destination_port = 443;
  ++counted_;
  return key;
}

}  // namespace vitrine::bench
