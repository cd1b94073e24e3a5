#include "host/card/driver/driver_card.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/base/siphash.h"
#include "host/base/unique_fd.h"
#include "host/card/driver/attach.h"
#include "host/card/driver/commands.h"
#include "host/card/driver/counter_block.h"
#include "host/card/driver/fair_mutex.h"
#include "host/card/driver/flow_registry.h"
#include "host/card/driver/ring.h"
#include "host/card/flow_image.h"
#include "host/card/regs.h"
#include "host/card/rule_image.h"
#include "host/card/soft/frame_parser.h"
#include "host/card/soft/segmenter.h"

namespace vitrine::card::driver {
namespace {

constexpr RingRegisters kPuntRing = {regs::kRingsPuntBaseLo, regs::kRingsPuntBaseHi,
                                     regs::kRingsPuntSize, regs::kRingsPuntHead,
                                     regs::kRingsPuntTail};
constexpr RingRegisters kInjectRing = {regs::kRingsInjectBaseLo, regs::kRingsInjectBaseHi,
                                       regs::kRingsInjectSize, regs::kRingsInjectHead,
                                       regs::kRingsInjectTail};
constexpr RingRegisters kTapRing = {regs::kRingsTapBaseLo, regs::kRingsTapBaseHi,
                                    regs::kRingsTapSize, regs::kRingsTapHead, regs::kRingsTapTail};
constexpr uint32_t kRingEvents = regs::kEventsStatusPunt.mask() | regs::kEventsStatusTap.mask();
// Of 16 random bytes each: the twelve words that the flow table's hash takes.
constexpr size_t kSeedKeys = 3;
// Closed flows that an install looks after.
constexpr int kReapsPerInstall = 2;

class DriverCard final : public Card {
 public:
  DriverCard(std::unique_ptr<Bus> bus, DriverConfig config, const CardIdentity& identity);
  ~DriverCard() override { DriverCard::stop(); }
  Status prepare();

  CardInfo info() const override;
  Status start() override;
  void stop() override;
  void heartbeat() override;
  int ready_fd() const override { return ready_.get(); }
  size_t poll(CardSink& sink, size_t budget) override;
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
  Status seed_flow_table();

  // Under mutex_.
  Status usable() const;
  Status note(Status status) const;
  Result<FlowStats> ask(FlowId flow) const;
  void reap(size_t limit) const;

  Status look();
  Result<size_t> hand_out_tap(CardSink& sink, size_t budget);
  Result<size_t> hand_out_punts(CardSink& sink, size_t budget);
  bool hand_out(CardSink& sink, const PuntEntry& entry);
  Status inject_segments(InjectAs how, const FrameMeta& meta, Bytes frame);
  void set_pending(bool pending);

  const std::unique_ptr<Bus> bus_;
  const DriverConfig config_;
  const CardIdentity identity_;

  mutable FairMutex mutex_;  // of the mailboxes, the registry, the counters' snapshot, fault_
  mutable Commands commands_;
  mutable FlowRegistry registry_;
  mutable Status fault_;
  mutable Counters last_counters_;
  uint64_t refused_installs_ = 0;
  bool running_ = false;

  // Of the host's thread.
  ReceiveRing punts_;
  ReceiveRing tap_;
  SendRing injected_;
  std::vector<uint8_t> segment_;
  UniqueFd pending_;  // an eventfd: entries are left although the interrupt is acknowledged
  UniqueFd ready_;    // an epoll over that and the interrupt
  bool is_pending_ = false;
};

DriverCard::DriverCard(std::unique_ptr<Bus> bus, DriverConfig config, const CardIdentity& identity)
    : bus_(std::move(bus)),
      config_(std::move(config)),
      identity_(identity),
      commands_(*bus_, *config_.clock),
      registry_(config_.max_flows, identity.splices, identity.connections),
      punts_(*bus_, kPuntRing),
      tap_(*bus_, kTapRing),
      injected_(*bus_, kInjectRing),
      segment_(kMaxEntryBody),
      pending_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      ready_(::epoll_create1(EPOLL_CLOEXEC)) {}

Status DriverCard::prepare() {
  if (Status seeded = seed_flow_table(); !seeded) {
    return seeded;
  }
  for (const int fd : {bus_->interrupt_fd(), pending_.get()}) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(ready_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      return Status::from_errno("card: epoll", errno);
    }
  }
  const uint32_t entries = ring_entries(config_.host_ring_bytes);
  for (Status set : {punts_.set_up(entries), tap_.set_up(ring_entries(config_.host_ring_bytes / 2)),
                     injected_.set_up(ring_entries(config_.inject_ring_bytes)),
                     bus_->write32(regs::kHeartbeatLimit, config_.heartbeat_timeout_ms),
                     bus_->write32(regs::kEventsStatus, regs::kEventsEnableMask.mask()),
                     bus_->write32(regs::kEventsEnable, kRingEvents)}) {
    if (!set) {
      return set;
    }
  }
  return {};
}

// So that nobody outside can aim flows at one bucket.
Status DriverCard::seed_flow_table() {
  for (size_t part = 0; part < kSeedKeys; ++part) {
    const auto key = random_sip_key();
    if (!key) {
      return key.status();
    }
    for (const uint64_t half : *key) {
      for (const uint32_t word : {static_cast<uint32_t>(half), static_cast<uint32_t>(half >> 32)}) {
        if (Status written = bus_->write32(regs::kFlowsSeed, word); !written) {
          return written;
        }
      }
    }
  }
  return {};
}

CardInfo DriverCard::info() const {
  return {config_.kind, VITRINE_VERSION, identity_.text() + ", " + bus_->description(),
          config_.max_flows};
}

Status DriverCard::usable() const { return fault_; }

// A card that says what cannot be is not asked again.
Status DriverCard::note(Status status) const {
  if (status.code() == Code::kMalformed && fault_.is_ok()) {
    fault_ = {Code::kInternal, "card: it is not to be trusted any more (" + status.message() +
                                   "): reset the card and restart vitrined"};
    // Its interrupt would wake the host for nothing.
    [[maybe_unused]] const Status silenced = bus_->write32(regs::kEventsEnable, 0);
    return fault_;
  }
  return status;
}

Status DriverCard::start() {
  const std::lock_guard lock(mutex_);
  if (running_) {
    return {Code::kAlreadyExists, "the card is running"};
  }
  if (Status good = usable(); !good) {
    return good;
  }
  for (Status written :
       {bus_->settle(), bus_->write32(regs::kHeartbeatBeat, 1),
        bus_->write32(regs::kControlControl,
                      regs::kControlControlRun.put(1) |
                          regs::kControlControlFailOpen.put(config_.fail_open ? 1 : 0))}) {
    if (!written) {
      return written;
    }
  }
  const uint32_t up = regs::kControlStatusRunning.mask();
  const auto started = commands_.wait(regs::kControlStatus, up, up, kCommandTimeoutMs, "the start");
  running_ = started.is_ok();
  return started.status();
}

void DriverCard::stop() {
  const std::lock_guard lock(mutex_);
  if (!running_) {
    return;
  }
  running_ = false;
  // Nobody is left to tell of errors; a card that does not stop clears its keys without heartbeats.
  [[maybe_unused]] const Status stopped = bus_->write32(regs::kControlControl, 0);
  [[maybe_unused]] const Status cleared = commands_.zeroize();
}

void DriverCard::heartbeat() {
  const std::lock_guard lock(mutex_);
  if (usable()) {
    [[maybe_unused]] const Status beat = bus_->write32(regs::kHeartbeatBeat, 1);
  }
}

size_t DriverCard::poll(CardSink& sink, size_t budget) {
  {
    const std::lock_guard lock(mutex_);
    if (!usable()) {
      set_pending(false);
      return 0;
    }
  }
  size_t handed_out = 0;
  Status status;
  // A second look where the first one's entries did not use the budget up.
  for (int looks = 0; looks < 2 && status && handed_out < budget; ++looks) {
    if (punts_.empty() && tap_.empty()) {
      status = look();
    }
    // The end of a flow waits for its plaintext: budget is left for punts where no tap is.
    for (const auto part : {&DriverCard::hand_out_tap, &DriverCard::hand_out_punts}) {
      if (status && handed_out < budget) {
        const auto count = (this->*part)(sink, budget - handed_out);
        handed_out += count ? *count : 0;
        status = count.status();
      }
    }
  }
  set_pending(status.is_ok() && !(punts_.empty() && tap_.empty()));
  const std::lock_guard lock(mutex_);
  [[maybe_unused]] const Status noted = note(std::move(status));
  return handed_out;
}

// Punts first, tap second: what a flow's records held was put before its end was told, so it is
// seen here where the end is, and handed out before.
Status DriverCard::look() {
  if (Status acknowledged = bus_->write32(regs::kEventsStatus, kRingEvents); !acknowledged) {
    return acknowledged;
  }
  if (Status looked = punts_.refresh(); !looked) {
    return looked;
  }
  return tap_.refresh();
}

Result<size_t> DriverCard::hand_out_tap(CardSink& sink, size_t budget) {
  size_t count = 0;
  for (; count < budget && !tap_.empty(); ++count) {
    const auto bytes = tap_.front();
    if (!bytes) {
      return bytes.status();
    }
    const auto entry = decode_tap(*bytes, tap_.number());
    if (!entry) {
      return entry.status();
    }
    bool known = false;
    {
      const std::lock_guard lock(mutex_);
      known = registry_.has_been(entry->flow);
    }
    if (!known) {
      return {Code::kMalformed, "tap ring: the plaintext of a flow that never was"};
    }
    if (entry->type == TapEntry::Type::kBytes) {
      sink.on_tap_bytes(entry->bytes);
    } else {
      sink.on_tap_record(entry->record);
    }
    tap_.pop();
  }
  if (Status released = tap_.release(); !released) {
    return released;
  }
  return count;
}

Result<size_t> DriverCard::hand_out_punts(CardSink& sink, size_t budget) {
  size_t count = 0;
  while (count < budget && !punts_.empty()) {
    const auto bytes = punts_.front();
    if (!bytes) {
      return bytes.status();
    }
    const auto entry = decode_punt(*bytes, punts_.number());
    if (!entry) {
      return entry.status();
    }
    {
      const std::lock_guard lock(mutex_);
      if (!registry_.has_been(entry->flow)) {
        return {Code::kMalformed, "punt ring: it speaks of a flow that never was"};
      }
    }
    count += hand_out(sink, *entry) ? 1 : 0;
    punts_.pop();
  }
  if (Status released = punts_.release(); !released) {
    return released;
  }
  return count;
}

// False for what nobody is to hear any more: events of flows that were removed after them.
bool DriverCard::hand_out(CardSink& sink, const PuntEntry& entry) {
  if (entry.type == PuntEntry::Type::kPunt) {
    sink.on_punt({{entry.port, 0}, entry.reason, entry.flow, entry.frame});
    return true;
  }
  FlowEvent event;
  {
    const std::lock_guard lock(mutex_);
    const RegisteredFlow* flow = registry_.find(entry.flow);
    if (flow == nullptr) {
      return false;
    }
    event.key = flow->key;
    if (entry.type == PuntEntry::Type::kClosed) {
      registry_.mark_closed(entry.flow);
    }
  }
  event.type = entry.type == PuntEntry::Type::kClosed ? FlowEvent::Type::kClosed
                                                      : FlowEvent::Type::kKeyUpdate;
  event.flow = entry.flow;
  event.reason = entry.close_reason;
  event.direction = entry.direction;
  event.in_record = entry.record;
  event.generation = entry.generation;
  event.stats = entry.stats;
  sink.on_event(event);
  return true;
}

void DriverCard::set_pending(bool pending) {
  if (pending == is_pending_) {
    return;
  }
  is_pending_ = pending;
  uint64_t value = 1;
  [[maybe_unused]] const auto done = pending ? ::write(pending_.get(), &value, sizeof(value))
                                             : ::read(pending_.get(), &value, sizeof(value));
}

Status DriverCard::inject(InjectAs how, const FrameMeta& meta, Bytes frame) {
  if (meta.port == Port::kHost || frame.empty()) {
    return {Code::kInvalidArgument, "inject: no wire port, or no frame"};
  }
  Status injected = inject_segments(how, meta, frame);
  if (injected.code() == Code::kExhausted) {
    flush();
  }
  const std::lock_guard lock(mutex_);
  return fault_.is_ok() ? note(std::move(injected)) : fault_;
}

// A coalesced frame is cut here: the card knows frames of a wire only. All of it or nothing.
Status DriverCard::inject_segments(InjectAs how, const FrameMeta& meta, Bytes frame) {
  soft::ParsedFrame parsed;
  const bool cut = meta.segment_size != 0 &&
                   soft::parse_frame(frame, meta.port, parsed) == soft::FrameKind::kTcp;
  const soft::Segmenter segmenter(frame, parsed, cut ? meta.segment_size : uint16_t{1});
  const size_t length = cut ? segmenter.max_length() : frame.size();
  if (length > kMaxEntryBody) {
    return {Code::kInvalidArgument, "inject: a frame of " + std::to_string(length) +
                                        " bytes; the card takes " + std::to_string(kMaxEntryBody)};
  }
  const size_t pieces = cut ? segmenter.count() : 1;
  const auto room = injected_.has_room(static_cast<uint32_t>(pieces));
  if (!room) {
    return room.status();
  }
  if (!*room) {
    return {Code::kExhausted, "inject: the ring is full"};
  }
  for (size_t i = 0; i < pieces; ++i) {
    const Bytes piece = cut ? Bytes(segment_).first(segmenter.write(i, segment_)) : frame;
    if (Status pushed = injected_.push(how, meta.port, piece); !pushed) {
      return pushed;
    }
  }
  return {};
}

void DriverCard::flush() {
  Status rung = injected_.publish();
  const std::lock_guard lock(mutex_);
  [[maybe_unused]] const Status noted = note(std::move(rung));
}

// Entries that lingered are gone after a while; the card does not say when.
void DriverCard::reap(size_t limit) const {
  for (size_t i = std::min(limit, registry_.closed()); i > 0; --i) {
    const FlowId flow = registry_.next_closed();
    if (flow == 0) {
      return;
    }
    if (ask(flow).status().code() == Code::kNotFound) {
      registry_.forget(flow);
    }
  }
}

Result<FlowStats> DriverCard::ask(FlowId flow) const {
  const RegisteredFlow* known = registry_.find(flow);
  if (known == nullptr) {
    return {Code::kNotFound, "no such flow"};
  }
  const auto image = FlowImage::statistics(known->handle);
  return image ? commands_.statistics(*image) : image.status();
}

Result<FlowId> DriverCard::install(const FlowSpec& spec) {
  const std::lock_guard lock(mutex_);
  if (Status good = usable(); !good) {
    return good;
  }
  // What cannot be costs no index.
  if (const auto image = FlowImage::install({}, spec); !image) {
    return image.status();
  }
  reap(kReapsPerInstall);
  auto handle = registry_.add(spec);
  if (!handle) {
    reap(registry_.closed());
    handle = registry_.add(spec);
  }
  if (!handle) {
    ++refused_installs_;
    return handle.status();
  }
  const auto image = FlowImage::install(*handle, spec);
  Status installed = image ? commands_.install(*image) : image.status();
  if (!installed) {
    // After a timeout nobody knows whether the entry is there: its index is not used again.
    if (installed.code() != Code::kTimeout) {
      registry_.forget(handle->id);
    }
    return note(std::move(installed));
  }
  return handle->id;
}

Result<FlowStats> DriverCard::remove(FlowId flow) {
  const std::lock_guard lock(mutex_);
  if (Status good = usable(); !good) {
    return good;
  }
  const RegisteredFlow* known = registry_.find(flow);
  if (known == nullptr) {
    return {Code::kNotFound, "no such flow"};
  }
  const auto image = FlowImage::remove(known->handle, known->key);
  if (!image) {
    return image.status();
  }
  auto stats = commands_.remove(*image);
  if (stats || stats.status().code() == Code::kNotFound) {
    registry_.forget(flow);
  }
  return stats;
}

Status DriverCard::update_keys(FlowId flow, Direction direction, const RecordKey& in,
                               const RecordKey& out) {
  const std::lock_guard lock(mutex_);
  if (Status good = usable(); !good) {
    return good;
  }
  const RegisteredFlow* known = registry_.find(flow);
  if (known == nullptr) {
    return {Code::kNotFound, "no such flow"};
  }
  if (known->closed) {
    return {Code::kUnavailable, "the flow has ended"};
  }
  if (!known->spliced || known->version != TlsVersion::kTls13) {
    return {Code::kInvalidArgument,
            known->spliced ? "TLS 1.2 has no KeyUpdate" : "update_keys: the flow is not spliced"};
  }
  const auto image = FlowImage::update_keys(known->handle, direction, in, out);
  return image ? commands_.update_keys(*image, direction) : image.status();
}

Status DriverCard::load_rules(const RuleGeneration& rules) {
  const auto image = RuleImage::compile(rules, identity_.rules);
  if (!image) {
    return image.status();
  }
  const std::lock_guard lock(mutex_);
  Status good = usable();
  return good ? commands_.load_rules(*image) : good;
}

Status DriverCard::zeroize() {
  const std::lock_guard lock(mutex_);
  // Also on a card that is not trusted any more: it cannot do harm.
  return commands_.zeroize();
}

Result<FlowStats> DriverCard::flow_stats(FlowId flow) const {
  const std::lock_guard lock(mutex_);
  Status good = usable();
  return good ? ask(flow) : good;
}

std::vector<FlowId> DriverCard::flows() const {
  const std::lock_guard lock(mutex_);
  if (usable()) {
    reap(registry_.closed());
  }
  return registry_.ids();
}

Counters DriverCard::counters() const {
  const std::lock_guard lock(mutex_);
  if (usable()) {
    // Where the card does not answer, what it last said.
    if (auto read = read_counters(*bus_)) {
      last_counters_ = *read;
    }
  }
  Counters counters = last_counters_;
  counters.flow_table_full += refused_installs_;
  const LossesBefore losses = config_.losses ? config_.losses() : LossesBefore{};
  for (size_t i = 0; i < 2; ++i) {
    counters.missed[i] += losses.missed[i];
    counters.received[i] += losses.impaired[i];
    counters.dropped[static_cast<size_t>(DropReason::kImpaired)] += losses.impaired[i];
  }
  return counters;
}

}  // namespace

Result<std::unique_ptr<Card>> make_driver_card(std::unique_ptr<Bus> bus, DriverConfig config) {
  const auto identity = attach(*bus, *config.clock);
  if (!identity) {
    return identity.status();
  }
  if (config.max_flows == 0) {
    config.max_flows = identity->connections;
  }
  if (config.max_flows > identity->connections) {
    return {Code::kInvalidArgument, "card: built for " + std::to_string(identity->connections) +
                                        " connections, not " + std::to_string(config.max_flows) +
                                        ": use --max-flows"};
  }
  auto card = std::make_unique<DriverCard>(std::move(bus), std::move(config), *identity);
  if (Status prepared = card->prepare(); !prepared) {
    return prepared;
  }
  return std::unique_ptr<Card>(std::move(card));
}

}  // namespace vitrine::card::driver
