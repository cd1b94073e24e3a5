#include "host/card/soft/soft_card.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/base/unique_fd.h"
#include "host/card/soft/byte_ring.h"
#include "host/card/soft/open_port.h"
#include "host/card/soft/pipeline.h"
#include "host/card/soft/worker_gate.h"

namespace vitrine::card::soft {
namespace {

constexpr size_t kMinimumRing = 256U << 10;
constexpr uint32_t kMaxFlows = 1U << 23;
// How long the idle worker sleeps at most: the error of ageing.
constexpr int kAgeingMs = 50;
constexpr int kIdleMs = 500;

// What stands before an injected frame in the inject ring.
struct InjectRecord {
  InjectAs how;
  Port port;
  uint16_t segment_size;
  uint32_t unused;
};

struct Ports {
  std::unique_ptr<WirePort> inside;
  std::unique_ptr<WirePort> outside;
};

class SoftCard final : public Card {
 public:
  SoftCard(Ports ports, const SoftCardConfig& config, SipKey seed);
  ~SoftCard() override { SoftCard::stop(); }

  CardInfo info() const override;
  Status start() override;
  void stop() override;
  void heartbeat() override { last_heartbeat_ns_ = clock_.monotonic_ns(); }
  int ready_fd() const override { return host_ring_.ready_fd(); }
  size_t poll(CardSink& sink, size_t budget) override { return host_ring_.drain(sink, budget); }
  Status inject(InjectAs how, const FrameMeta& meta, Bytes frame) override;
  void flush() override;
  Result<FlowId> install(const FlowSpec& spec) override;
  Result<FlowStats> remove(FlowId flow) override;
  Status update_keys(FlowId flow, Direction direction, const RecordKey& in,
                     const RecordKey& out) override;
  Status load_rules(const RuleGeneration& rules) override;
  Status zeroize() override;
  Result<FlowStats> flow_stats(FlowId flow) const override;
  std::vector<FlowId> flows() const override;
  Counters counters() const override;

 private:
  void run();
  // Whether there was anything to do.
  bool step();
  // The watchdog over the host.
  void check_heartbeat(uint64_t now_ns);
  size_t take_injected();
  size_t take_received(Port port);
  void wait();
  void wake();
  WirePort& port(Port p) const { return *(p == Port::kInside ? ports_.inside : ports_.outside); }

  const Clock& clock_;
  const uint32_t max_flows_;
  const uint64_t heartbeat_timeout_ns_;  // 0: no watch
  const bool fail_open_;
  Ports ports_;
  HostRing host_ring_;
  ByteRing inject_ring_;
  UniqueFd wake_;
  mutable WorkerGate gate_;
  mutable Pipeline pipeline_;  // under gate_
  std::atomic<uint64_t> last_heartbeat_ns_{0};
  bool host_lost_ = false;  // worker
  std::atomic<bool> sleeping_{false};
  std::atomic<bool> running_{false};
  std::thread worker_;
};

SoftCard::SoftCard(Ports ports, const SoftCardConfig& config, SipKey seed)
    : clock_(*config.clock),
      max_flows_(config.max_flows),
      heartbeat_timeout_ns_(uint64_t{config.heartbeat_timeout_ms} * 1'000'000),
      fail_open_(config.fail_open),
      ports_(std::move(ports)),
      host_ring_(std::max(config.host_ring_bytes, kMinimumRing)),
      inject_ring_(std::max(config.inject_ring_bytes, kMinimumRing)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      pipeline_(*ports_.inside, *ports_.outside, host_ring_,
                {config.max_flows, uint64_t{config.linger_ms} * 1'000'000, config.splice_pools},
                seed, config.clock->monotonic_ns()) {}

CardInfo SoftCard::info() const {
  return {"soft", VITRINE_VERSION,
          "inside " + ports_.inside->description() + ", outside " + ports_.outside->description() +
              ", " + SplicePools::crypto_path(),
          max_flows_};
}

Status SoftCard::start() {
  if (worker_.joinable()) {
    return {Code::kAlreadyExists, "the card is running"};
  }
  {
    // What waits on the wire came before the rules did.
    const WorkerGate::Batch batch(gate_);
    std::array<WireFrame, Egress::kBatch> frames;
    for (const Port p : {Port::kInside, Port::kOutside}) {
      for (size_t n = port(p).receive(frames); n > 0; n = port(p).receive(frames)) {
        std::for_each_n(frames.begin(), n, [&](auto&) { pipeline_.refuse(p); });
        port(p).done();
      }
    }
  }
  heartbeat();
  running_ = true;
  worker_ = std::thread([this] { run(); });
  return {};
}

void SoftCard::stop() {
  if (!worker_.joinable()) {
    return;
  }
  running_ = false;
  wake();
  worker_.join();
  const WorkerGate::Command command(gate_);
  pipeline_.zeroize();
  host_ring_.notify();
}

void SoftCard::run() {
  while (running_.load(std::memory_order_relaxed)) {
    if (!step()) {
      wait();
    }
  }
}

bool SoftCard::step() {
  const WorkerGate::Batch batch(gate_);
  const uint64_t now_ns = clock_.monotonic_ns();
  pipeline_.set_time(now_ns);
  check_heartbeat(now_ns);
  const size_t frames =
      take_injected() + take_received(Port::kInside) + take_received(Port::kOutside);
  host_ring_.notify();
  return frames != 0;
}

void SoftCard::check_heartbeat(uint64_t now_ns) {
  // A heartbeat may be younger than `now_ns`, which was read before.
  const uint64_t last = last_heartbeat_ns_.load();
  const bool lost = heartbeat_timeout_ns_ != 0 && now_ns > last + heartbeat_timeout_ns_;
  if (lost == host_lost_) {
    return;
  }
  host_lost_ = lost;
  pipeline_.shut(lost && !fail_open_);
  if (lost) {
    pipeline_.zeroize();
  }
}

size_t SoftCard::take_injected() {
  size_t count = 0;
  for (; count < Egress::kBatch; ++count) {
    const MutableBytes record = inject_ring_.next();
    if (record.empty()) {
      break;
    }
    InjectRecord head{};
    std::memcpy(&head, record.data(), sizeof(head));
    pipeline_.inject(head.how, {head.port, head.segment_size}, record.subspan(sizeof(head)));
  }
  if (count > 0) {
    pipeline_.flush();
    inject_ring_.release();
  }
  return count;
}

size_t SoftCard::take_received(Port p) {
  std::array<WireFrame, Egress::kBatch> frames;
  const size_t count = port(p).receive(frames);
  if (count == 0) {
    return 0;
  }
  for (size_t i = 0; i < count; ++i) {
    pipeline_.receive(frames[i], p);
  }
  pipeline_.flush();
  port(p).done();
  return count;
}

void SoftCard::wait() {
  int timeout = kIdleMs;
  {
    const WorkerGate::Batch batch(gate_);
    timeout = pipeline_.has_flows() || heartbeat_timeout_ns_ != 0 ? kAgeingMs : kIdleMs;
  }
  for (const Port p : {Port::kInside, Port::kOutside}) {
    const int limit = port(p).wait_limit_ms();
    timeout = limit >= 0 ? std::min(limit, timeout) : timeout;
  }
  sleeping_.exchange(true);
  if (inject_ring_.empty() && running_.load()) {
    std::array<pollfd, 3> fds{{{ports_.inside->wait_fd(), POLLIN, 0},
                               {ports_.outside->wait_fd(), POLLIN, 0},
                               {wake_.get(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), timeout);
    if (fds[2].revents != 0) {
      uint64_t ignored = 0;
      [[maybe_unused]] const auto got = ::read(wake_.get(), &ignored, sizeof(ignored));
    }
  }
  sleeping_.store(false);
}

void SoftCard::wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof(one));
}

Status SoftCard::inject(InjectAs how, const FrameMeta& meta, Bytes frame) {
  if (meta.port == Port::kHost || frame.empty()) {
    return {Code::kInvalidArgument, "inject: no wire port, or no frame"};
  }
  const MutableBytes record = inject_ring_.reserve(sizeof(InjectRecord) + frame.size());
  if (record.empty()) {
    flush();
    return {Code::kExhausted, "inject: the ring is full"};
  }
  const InjectRecord head{how, meta.port, meta.segment_size, 0};
  std::memcpy(record.data(), &head, sizeof(head));
  std::memcpy(record.data() + sizeof(head), frame.data(), frame.size());
  inject_ring_.commit();
  return {};
}

void SoftCard::flush() {
  if (sleeping_.exchange(false)) {
    wake();
  }
}

Result<FlowId> SoftCard::install(const FlowSpec& spec) {
  const WorkerGate::Command command(gate_);
  return pipeline_.install(spec);
}

Result<FlowStats> SoftCard::remove(FlowId flow) {
  const WorkerGate::Command command(gate_);
  return pipeline_.remove(flow);
}

Status SoftCard::update_keys(FlowId flow, Direction direction, const RecordKey& in,
                             const RecordKey& out) {
  const WorkerGate::Command command(gate_);
  return pipeline_.update_keys(flow, direction, in, out);
}

Status SoftCard::load_rules(const RuleGeneration& rules) {
  auto compiled = RuleTable::compile(rules);
  if (!compiled) {
    return compiled.status();
  }
  const WorkerGate::Command command(gate_);
  pipeline_.swap_rules(std::move(compiled).value());
  return {};
}

Status SoftCard::zeroize() {
  const WorkerGate::Command command(gate_);
  pipeline_.zeroize();
  host_ring_.notify();
  return {};
}

Result<FlowStats> SoftCard::flow_stats(FlowId flow) const {
  const WorkerGate::Command command(gate_);
  return pipeline_.flow_stats(flow);
}

std::vector<FlowId> SoftCard::flows() const {
  const WorkerGate::Command command(gate_);
  return pipeline_.flows();
}

Counters SoftCard::counters() const {
  const WorkerGate::Command command(gate_);
  Counters counters = pipeline_.counters();
  counters.missed = {ports_.inside->missed(), ports_.outside->missed()};
  return counters;
}

}  // namespace

Result<std::unique_ptr<Card>> make_soft_card(SoftCardConfig config) {
  if (config.max_flows == 0 || config.max_flows > kMaxFlows) {
    return {Code::kInvalidArgument, "soft card: max_flows is zero or above 8388608"};
  }
  Ports ports;
  auto inside = open_port({config.inside_interface, std::move(config.inside_port),
                           config.segment_offload, config.impairment, config.clock},
                          Port::kInside);
  if (!inside) {
    return inside.status();
  }
  ports.inside = std::move(inside).value();
  auto outside = open_port({config.outside_interface, std::move(config.outside_port),
                            config.segment_offload, config.impairment, config.clock},
                           Port::kOutside);
  if (!outside) {
    return outside.status();
  }
  ports.outside = std::move(outside).value();
  const auto seed = random_sip_key();
  if (!seed) {
    return seed.status();
  }
  return std::unique_ptr<Card>(std::make_unique<SoftCard>(std::move(ports), config, *seed));
}

}  // namespace vitrine::card::soft
