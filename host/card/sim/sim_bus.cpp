#include "host/card/sim/sim_bus.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include <openssl/crypto.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/card/card.h"

namespace vitrine::card::sim {
namespace {

constexpr size_t kPage = 4096;
// Posted writes at a time; more wait until the card has taken some.
constexpr size_t kMaxWrites = 4096;
// Ticks between two looks at ports and queue.
constexpr unsigned kBurst = 64;
constexpr unsigned kStep = 8;  // and between two looks whether the model rests
// Frames that wait at a MAC; more are left to the wire port.
constexpr size_t kMacQueue = 64;
constexpr size_t kBatch = 32;
constexpr int kNapMs = 50;
// The card may be busy with a burst of its own, and simulated clocks are slow.
constexpr auto kPatience = std::chrono::milliseconds(kCommandTimeoutMs);

Status hung() {
  return {Code::kTimeout, "card hung: the simulation did not answer within " +
                              std::to_string(kCommandTimeoutMs) +
                              " ms: give it a processor of its own, or use --card soft"};
}

}  // namespace

SimBus::SimBus(SimBusConfig config, const MakeModel& make_model)
    : ports_{std::move(config.inside), std::move(config.outside)},
      clock_(*config.clock),
      memory_(config.memory_bytes + kPage),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      interrupt_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  const auto start = reinterpret_cast<uintptr_t>(memory_.data());
  memory_offset_ = (kPage - start % kPage) % kPage;
  told_ms_ = now_ms();
  model_ = make_model(MutableBytes(&memory_[memory_offset_], config.memory_bytes));
  model_->set_time_ms(told_ms_);
  writes_.reserve(kMaxWrites);
  taken_.reserve(kMaxWrites);
  thread_ = std::thread([this] { run(); });
}

SimBus::~SimBus() {
  running_ = false;
  wake();
  thread_.join();
  OPENSSL_cleanse(writes_.data(), writes_.size() * sizeof(Write));
}

std::string SimBus::description() const {
  return "simulated, inside " + ports_[0]->description() + ", outside " + ports_[1]->description();
}

driver::LossesBefore SimBus::losses() const {
  driver::LossesBefore out;
  for (size_t i = 0; i < 2; ++i) {
    out.missed[i] = ports_[i]->missed() + refused_frames_[i].load();
    out.impaired[i] = impaired_[i].load();
  }
  return out;
}

// --- the callers' side ---

Status SimBus::write32(uint32_t address, uint32_t value) {
  std::unique_lock lock(mutex_);
  if (!answered_.wait_for(lock, kPatience, [&] { return writes_.size() < kMaxWrites; })) {
    return hung();
  }
  const bool first = writes_.empty();
  writes_.push_back({address, value, now_ms()});
  lock.unlock();
  if (first) {
    wake();
  }
  return {};
}

Result<uint32_t> SimBus::read32(uint32_t address) {
  uint32_t value = 0;
  if (Status read = read_block(address, {&value, 1}); !read) {
    return read;
  }
  return value;
}

Status SimBus::read_block(uint32_t address, std::span<uint32_t> words) {
  const std::lock_guard one(one_reader_);
  std::unique_lock lock(mutex_);
  reading_ = words;
  read_address_ = address;
  ++read_number_;
  wake();
  if (!answered_.wait_for(lock, kPatience, [&] { return reading_.empty(); })) {
    reading_ = {};
    return hung();
  }
  if (const auto refused = std::exchange(refused_, std::nullopt)) {
    char text[96];
    std::snprintf(text, sizeof text, "card: it refuses an access to register 0x%04x", *refused);
    return {Code::kInternal, text};
  }
  return {};
}

Status SimBus::settle() {
  std::unique_lock lock(mutex_);
  settling_ = true;
  wake();
  return answered_.wait_for(lock, kPatience, [&] { return !settling_; }) ? Status::ok() : hung();
}

Result<driver::SharedMemory> SimBus::allocate(size_t bytes) {
  const std::lock_guard lock(mutex_);
  const size_t rounded = (bytes + kPage - 1) / kPage * kPage;
  if (rounded > memory_.size() - kPage - allocated_) {
    return {Code::kExhausted, "card: the simulation's memory is too small for its rings"};
  }
  const size_t at = std::exchange(allocated_, allocated_ + rounded);
  return driver::SharedMemory{MutableBytes(&memory_[memory_offset_ + at], bytes), at};
}

void SimBus::wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof(one));
}

// --- the model's thread ---

void SimBus::run() {
  while (running_.load(std::memory_order_relaxed)) {
    const bool asked_to_settle = is_settling();
    // Frames first: what came is never older than the time that it is judged at.
    bool busy = false;
    for (const unsigned port : {0U, 1U}) {
      busy = take_received(port) || busy;
    }
    uint32_t now = 0;
    busy = carry_out_accesses(now) || busy;
    const bool later = tell_time(now);
    if (later) {
      model_->clock(1);  // what shows the model the time
    }
    for (unsigned ticked = 0; ticked < kBurst && !model_->idle(); ticked += kStep) {
      model_->clock(kStep);
    }
    clocks_.store(model_->clocks(), std::memory_order_relaxed);
    for (const unsigned port : {0U, 1U}) {
      send(port);
    }
    show_interrupt();
    if (!busy && model_->idle()) {
      if (asked_to_settle) {
        tell_rest();
      }
      nap();
    }
  }
}

uint32_t SimBus::now_ms() const { return static_cast<uint32_t>(clock_.monotonic_ns() / 1'000'000); }

// Whether it is later than the model knew. Time never goes back, also where a write waited.
bool SimBus::tell_time(uint32_t milliseconds) {
  if (static_cast<int32_t>(milliseconds - told_ms_) <= 0) {
    return false;
  }
  told_ms_ = milliseconds;
  model_->set_time_ms(milliseconds);
  return true;
}

bool SimBus::is_settling() const {
  const std::lock_guard lock(mutex_);
  return settling_;
}

// The ports had nothing since somebody asked, and the model has nothing left.
void SimBus::tell_rest() {
  const std::lock_guard lock(mutex_);
  settling_ = false;
  answered_.notify_all();
}

// The model runs without the lock: a model that hangs must not take its callers with it.
bool SimBus::carry_out_accesses(uint32_t& now) {
  uint64_t read = 0;
  uint32_t address = 0;
  {
    const std::lock_guard lock(mutex_);
    now = now_ms();  // no write that comes later is older
    if (writes_.empty() && reading_.empty()) {
      return false;
    }
    writes_.swap(taken_);
    read = reading_.empty() ? 0 : read_number_;
    address = read_address_;
    values_.resize(reading_.size());
  }
  std::optional<uint32_t> refused;
  for (const Write& write : taken_) {
    tell_time(write.time_ms);
    if (!model_->axi_write(write.address, write.value)) {
      refused = write.address;
    }
  }
  OPENSSL_cleanse(taken_.data(), taken_.size() * sizeof(Write));
  taken_.clear();
  for (uint32_t& word : values_) {
    if (!model_->axi_read(address, word)) {
      refused = address;
    }
    address += 4;
  }
  show_interrupt();
  const std::lock_guard lock(mutex_);
  refused_ = refused ? refused : refused_;
  // Who asked may have gone, and another have come.
  if (read != 0 && read == read_number_ && !reading_.empty()) {
    std::copy(values_.begin(), values_.end(), reading_.begin());
    reading_ = {};
  }
  answered_.notify_all();
  return true;
}

bool SimBus::take_received(unsigned port) {
  if (model_->frames_waiting(port) >= kMacQueue) {
    return true;
  }
  std::array<soft::WireFrame, kBatch> frames;
  const size_t count = ports_[port]->receive(frames);
  for (size_t i = 0; i < count; ++i) {
    const soft::WireFrame& frame = frames[i];
    if (frame.lost) {
      ++impaired_[port];
    } else if (frame.bytes.empty() || frame.bytes.size() > kMaxFrame) {
      ++refused_frames_[port];
    } else {
      model_->put_frame(port, frame.bytes);
    }
  }
  if (count > 0) {
    ports_[port]->done();
  }
  return count > 0;
}

void SimBus::send(unsigned port) {
  while (model_->take_frame(port, frame_)) {
    soft::WireFrame frame;
    frame.bytes = frame_;
    bool accepted = false;
    ports_[port]->send({&frame, 1}, {&accepted, 1});
  }
}

void SimBus::show_interrupt() {
  if (model_->interrupt() == is_up_) {
    return;
  }
  is_up_ = !is_up_;
  uint64_t value = 1;
  [[maybe_unused]] const auto done = is_up_ ? ::write(interrupt_.get(), &value, sizeof value)
                                            : ::read(interrupt_.get(), &value, sizeof value);
}

void SimBus::nap() {
  int timeout = kNapMs;
  for (const auto& port : ports_) {
    const int limit = port->wait_limit_ms();
    timeout = limit >= 0 ? std::min(limit, timeout) : timeout;
  }
  std::array<pollfd, 3> fds{{{ports_[0]->wait_fd(), POLLIN, 0},
                             {ports_[1]->wait_fd(), POLLIN, 0},
                             {wake_.get(), POLLIN, 0}}};
  ::poll(fds.data(), fds.size(), timeout);
  if (fds[2].revents != 0) {
    uint64_t ignored = 0;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &ignored, sizeof(ignored));
  }
  naps_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace vitrine::card::sim
