#include "sim/bench/record/bulk_engine.h"

#include <cstdio>
#include <cstdlib>

#include "sim/bench/record/record_ports.h"
#include "sim/bench/tcp/random_segment.h"

namespace vitrine::bench {
namespace {

constexpr unsigned kOpen = 0;
constexpr unsigned kClose = 2;
constexpr size_t kEthernet = 14;
constexpr uint64_t kPatience = 200000;  // clocks without a frame

[[noreturn]] void fail(const char* what, size_t frame) {
  std::printf("frame %zu %s\n", frame, what);
  std::exit(1);
}

}  // namespace

void BulkEngine::Probe::sample() {
  const auto& model = *engine_.model_;
  if (model.in_valid_i != 0 && model.in_ready_o != 0 && model.in_last_i != 0) {
    last_in = engine_.model_.clocks();
  }
  if (first_out == 0 && model.out_valid_o != 0) {
    first_out = engine_.model_.clocks();
  }
}

BulkEngine::BulkEngine()
    : driver_(VITRINE_FRAME_IN(*model_, in)),
      monitor_(VITRINE_FRAME_OUT(*model_, out)),
      probe_(*this) {
  model_->zeroize_i = 0;
  model_->key_write_i = 0;
  model_->command_valid_i = 0;
  model_->in_valid_i = 0;
  model_->out_ready_i = 1;
  model_->tap_ready_i = 1;
  model_->command_tap_mode_i = 0;
  model_.reset();
  model_.tick_until([this] { return model_->clearing_o == 0; }, kPatience);
  model_.add(driver_);
  model_.add(monitor_);
  model_.add(probe_);
  driver_.on_frame([this](uint64_t number) { offer((*segments_)[number - sent_]); });
}

void BulkEngine::open(size_t flows, const FlowOptions& options) {
  for (size_t context = 0; context < flows_.size(); ++context) {
    command(kClose, context, card::Direction::kFromInside);
  }
  flows_.clear();
  for (size_t context = 0; context < flows; ++context) {
    flows_.push_back(std::make_unique<SplicedFlow>(options, pools_, ++seed_));
    open_context(context);
  }
}

BulkRates BulkEngine::run(const std::vector<BulkSegment>& segments) {
  segments_ = &segments;
  size_t sent = 0;
  size_t leaving = 0;  // the next one that leaves
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t payload = 0;
  uint64_t packets = 0;
  size_t expected = 0;
  for (const BulkSegment& one : segments) {
    driver_.send(one.segment.frame);
    expected += one.segment.sent.empty() ? 0 : 1;
  }
  uint64_t moved = model_.clocks();
  while (sent < expected) {
    model_.tick();
    for (; !monitor_.frames().empty(); monitor_.frames().pop_front(), ++sent, ++leaving) {
      while (leaving < segments.size() && segments[leaving].segment.sent.empty()) {
        ++leaving;
      }
      moved = model_.clocks();
      const FlowSegment& segment = segments[leaving].segment;
      if (monitor_.frames().front() != segment.sent) {
        fail("differs", leaving);
      }
      if (first != 0) {
        last = moved;
        payload += segment.left.size();
        packets += segment.sent.size() - kEthernet;
      } else if (sent >= expected / 4) {
        first = moved;
      }
    }
    if (model_.clocks() - moved > kPatience) {
      fail("does not come", leaving);
    }
  }
  model_.tick_until([this] { return driver_.idle(); }, kPatience);
  model_.ticks(300);  // those that do not leave
  sent_ += segments.size();
  segments_ = nullptr;
  const auto clocks = static_cast<double>(last - first);
  return {8.0 * static_cast<double>(payload) / clocks, 8.0 * static_cast<double>(packets) / clocks};
}

uint64_t BulkEngine::latency(const BulkSegment& segment) {
  probe_.first_out = 0;
  run({segment});
  return probe_.first_out - probe_.last_in;
}

void BulkEngine::offer(const BulkSegment& one) {
  const auto& splice = flows_[one.context]->splice();
  const size_t d = card::index(one.segment.direction);
  model_->layout_i = layout_port(one.segment.parsed);
  segment_port(model_->segment_i.data(), one.context, one.segment);
  edit_port(model_->edit_i,
            {splice.directions[d].sequence_delta, splice.directions[1 - d].sequence_delta, 0, 0}, 0,
            0);
}

void BulkEngine::open_context(size_t context) {
  const SplicedFlow& flow = *flows_[context];
  for (const auto direction : {card::Direction::kFromInside, card::Direction::kFromOutside}) {
    for (size_t generation = 0; generation < flow.installed(direction); ++generation) {
      keys_port(model_->key_i.data(), flow.in_key(direction, generation),
                flow.out_key(direction, generation));
      model_->key_index_i =
          static_cast<SData>(context << 3 | card::index(direction) << 2 | generation);
      model_->key_write_i = 1;
      model_.tick();
      model_->key_write_i = 0;
    }
    model_->command_tls12_i = flow.options().version == card::TlsVersion::kTls12 ? 1 : 0;
    open_port(model_->command_open_i.data(), flow.splice().directions[card::index(direction)]);
    command(kOpen, context, direction);
  }
}

void BulkEngine::command(unsigned what, size_t context, card::Direction direction) {
  model_->command_i = static_cast<CData>(what);
  model_->command_context_i = static_cast<SData>(context);
  model_->command_direction_i = card::index(direction) != 0 ? 1 : 0;
  model_->command_valid_i = 1;
  for (bool done = false; !done;) {
    model_->eval();
    done = model_->command_ready_o != 0;
    model_.tick();
  }
  model_->command_valid_i = 0;
  model_.ticks(4);
}

}  // namespace vitrine::bench
