#include "sim/bench/parse/parse_bench.h"

#include <algorithm>

namespace vitrine::bench {
namespace {

using card::Port;
using card::soft::FrameKind;

// Reads fields of a packed struct from its top bits down, as they are declared.
class Fields {
 public:
  Fields(const EData* words, unsigned bits) : words_(words), left_(bits) {}
  uint32_t take(unsigned bits) {
    uint32_t value = 0;
    for (unsigned i = 0; i < bits; ++i) {
      --left_;
      value = value << 1U | (words_[left_ / 32] >> (left_ % 32) & 1U);
    }
    return value;
  }
  std::array<uint8_t, 16> take_address() {
    std::array<uint8_t, 16> bytes{};
    for (uint8_t& byte : bytes) {
      byte = static_cast<uint8_t>(take(8));
    }
    return bytes;
  }
  unsigned left() const { return left_; }

 private:
  const EData* words_;
  unsigned left_;
};

constexpr unsigned kKeyBits = 2 + 13 + 13 + 4 + 8 + 128 + 128 + 16 + 16;
constexpr unsigned kParsedBits = 3 + 16 + 8 + 8 + 8 + 16 + 32 + 32 + 16 + 6 + 8 + 8 + 3;

// The RTL has a 13th bit for "no tag".
uint16_t vlan_id(uint32_t field) {
  return field == 0x1fff ? card::VlanTags::kNone : static_cast<uint16_t>(field);
}

}  // namespace

std::string Parsed::difference(const Parsed& other) const {
  const auto differ = [](const char* name, uint64_t a, uint64_t b) {
    return std::string(name) + ": " + std::to_string(a) + " and " + std::to_string(b);
  };
  if (kind != other.kind) {
    return differ("kind", static_cast<uint64_t>(kind), static_cast<uint64_t>(other.kind));
  }
  if (frame_bytes != other.frame_bytes) {
    return differ("frame bytes", frame_bytes, other.frame_bytes);
  }
  if (kind == FrameKind::kMalformed) {
    return "";
  }
  if (frame.key != other.frame.key) {
    return "key: source " + frame.key.source.to_string() + " and " +
           other.frame.key.source.to_string() + ", " +
           differ("protocol", frame.key.protocol, other.frame.key.protocol);
  }
  const auto fields = [](const Parsed& p) {
    return std::to_array<std::pair<const char*, uint64_t>>(
        {{"l3", p.frame.l3},
         {"l4", p.frame.l4},
         {"payload", p.frame.payload},
         {"payload length", p.frame.payload_length},
         {"sequence", p.frame.sequence},
         {"acknowledgement", p.frame.acknowledgement},
         {"window", p.frame.window},
         {"flags", p.frame.tcp_flags},
         {"timestamp", p.frame.options.timestamp},
         {"sack", p.frame.options.sack},
         {"sack blocks", p.frame.options.sack_blocks}});
  };
  const auto mine = fields(*this);
  const auto theirs = fields(other);
  for (size_t i = 0; i < mine.size(); ++i) {
    if (mine[i].second != theirs[i].second) {
      return differ(mine[i].first, mine[i].second, theirs[i].second);
    }
  }
  return "";
}

Parsed parse_by_reference(const Frame& frame, Port ingress) {
  Parsed parsed;
  parsed.kind = card::soft::parse_frame(frame, ingress, parsed.frame);
  parsed.frame_bytes = frame.size();
  return parsed;
}

ParseBench::ParseBench(unsigned stall_in, unsigned stall_out, int seed)
    : model_(seed),
      driver_(VITRINE_FRAME_IN(*model_, in), Stalls(stall_in, static_cast<uint64_t>(seed))),
      stalls_out_(stall_out, static_cast<uint64_t>(seed) + 1) {
  driver_.on_frame([this](uint64_t) {
    model_->in_outside_i = ingress_.front() == Port::kOutside;
    ingress_.pop_front();
  });
  model_->ready_i = 0;
  model_.reset();
  model_.add(driver_);
  model_.add(*this);
}

void ParseBench::send(Frame frame, Port ingress) {
  driver_.send(frame);
  ingress_.push_back(ingress);
  expected_.push_back({std::move(frame), ingress});
}

void ParseBench::run() {
  if (!model_.tick_until([this] { return expected_.empty(); }, 1000 + 100 * expected_.size())) {
    violations_.emplace_back(std::to_string(expected_.size()) + " frames without a result");
  }
  model_.ticks(50);  // a result too many would show
}

Parsed ParseBench::result() const {
  auto& model = const_cast<Clocked<Vparse_frame>&>(model_);
  Parsed parsed;
  card::FlowKey& key = parsed.frame.key;
  Fields of_key(model->key_o.data(), kKeyBits);
  key.ingress = static_cast<Port>(of_key.take(2));
  key.vlan.outer = vlan_id(of_key.take(13));
  key.vlan.inner = vlan_id(of_key.take(13));
  key.source.version = key.destination.version = static_cast<uint8_t>(of_key.take(4));
  key.protocol = static_cast<uint8_t>(of_key.take(8));
  key.source.bytes = of_key.take_address();
  key.destination.bytes = of_key.take_address();
  key.source_port = static_cast<uint16_t>(of_key.take(16));
  key.destination_port = static_cast<uint16_t>(of_key.take(16));
  Fields of_frame(model->parsed_o.data(), kParsedBits);
  parsed.kind = static_cast<FrameKind>(of_frame.take(3));
  parsed.frame_bytes = of_frame.take(16);
  parsed.frame.l3 = static_cast<uint16_t>(of_frame.take(8));
  parsed.frame.l4 = static_cast<uint16_t>(of_frame.take(8));
  parsed.frame.payload = of_frame.take(8);
  parsed.frame.payload_length = of_frame.take(16);
  parsed.frame.sequence = of_frame.take(32);
  parsed.frame.acknowledgement = of_frame.take(32);
  parsed.frame.window = static_cast<uint16_t>(of_frame.take(16));
  parsed.frame.tcp_flags = static_cast<uint8_t>(of_frame.take(6));
  parsed.frame.options.timestamp = static_cast<uint16_t>(of_frame.take(8));
  parsed.frame.options.sack = static_cast<uint16_t>(of_frame.take(8));
  parsed.frame.options.sack_blocks = static_cast<uint8_t>(of_frame.take(3));
  return parsed;
}

void ParseBench::drive() { model_->ready_i = stalls_out_.next() ? 0 : 1; }

void ParseBench::sample() {
  if (model_->in_valid_i != 0 && model_->in_ready_o != 0 && model_->in_last_i != 0) {
    taken_at_.push_back(model_.clocks());
  }
  if (waiting_ && (model_->valid_o == 0 || !result().difference(waiting_result_).empty())) {
    violations_.emplace_back("a result on offer changed before it was taken");
  }
  waiting_ = model_->valid_o != 0 && model_->ready_i == 0;
  if (waiting_) {
    waiting_result_ = result();
  }
  if (model_->valid_o == 0 || model_->ready_i == 0) {
    return;
  }
  if (expected_.empty() || taken_at_.empty()) {
    violations_.emplace_back("a result without a frame");
    return;
  }
  const auto [frame, ingress] = std::move(expected_.front());
  expected_.pop_front();
  latency_ = model_.clocks() - taken_at_.front();
  taken_at_.pop_front();
  const Parsed reference = parse_by_reference(frame, ingress);
  ++kinds_[static_cast<size_t>(reference.kind)];
  ++compared_;
  if (const std::string text = result().difference(reference); !text.empty()) {
    differences_.push_back(text + " (RTL and reference) in a frame of " +
                           std::to_string(frame.size()) + " bytes: " + to_hex(frame));
  }
}

}  // namespace vitrine::bench
