#include "firmware/supervisor/supervisor.h"

#include "firmware/base/hardware.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/control.h"
#include "firmware/drivers/flow_unit.h"
#include "firmware/drivers/mailbox.h"

namespace vitrine::firmware {
namespace {

// Between two connections that are asked about: all of 8,192 in 8 seconds.
constexpr uint64_t kAgeEveryUs = 1000;
constexpr uint32_t kAgeLook = 16;  // indices passed over in a turn at most

}  // namespace

void Supervisor::boot() {
  const bool crashed = layout_.crash.magic == kCrashMagic;
  control::set_running(false, false);
  log(LogCode::kBooted, kFirmwareVersion);
  if (crashed) {
    log(LogCode::kCrashed, layout_.crash.pc);
  } else {
    layout_.crash.count = 0;
  }
  self_test(crashed);
  mailbox::enable();
}

// After a crash memory is not tested, because it tells which connections the card still holds.
void Supervisor::self_test(bool keep_memory) {
  self_test_ = test_registers();
  if (self_test_.passed() && !keep_memory) {
    self_test_ = test_memory(layout_.test_first, layout_.test_end);
  }
  if (self_test_.passed()) {
    self_test_ = test_lanes();
  }
  const control::Capacity capacity = control::capacity();
  if (keep_memory) {
    connections_.recover(capacity.connections, capacity.splices);
  } else {
    connections_.init(capacity.connections, capacity.splices);
  }
  log(LogCode::kSelfTest, static_cast<uint32_t>(self_test_.step) << 24 | self_test_.detail);
}

void Supervisor::step() {
  if (mailbox::waiting()) {
    serve();
    return;
  }
  const uint64_t now = clock::now_us();
  watch(now);
  age(now);
  wait_for_request();
}

void Supervisor::serve() {
  const uint32_t begin = cycles();
  heard_us_ = clock::now_us();
  control::beat();
  const uint32_t request = mailbox::request(0);
  const uint32_t number = request & 0xff;
  const uint32_t words = request >> 16;
  replied_ = 0;
  Error error = Error::kBadRequest;
  if (words < mailbox::kWords) {
    const auto command = static_cast<Command>(number);
    error = carry_out(command, request >> 8 & 1, words);
    // Also what a refused command did not look at: there may be keys in it.
    for (uint32_t i = 1; i <= words; ++i) {
      mailbox::wipe(i);
    }
  }
  if (error == Error::kTimeout || error == Error::kHardware) {
    log(LogCode::kHardwareFailed, number << 8 | static_cast<uint32_t>(error));
  }
  mailbox::reply(0, static_cast<uint32_t>(error));
  mailbox::reply(1, replied_);
  mailbox::done();
  if (number < kCommands) {
    Telemetry& entry = telemetry_[number];
    const uint32_t took = cycles() - begin;
    ++entry.count;
    entry.most_cycles = took > entry.most_cycles ? took : entry.most_cycles;
  }
}

void Supervisor::watch(uint64_t now) {
  if (state_ != State::kRunning || limit_us_ == 0 || now - heard_us_ <= limit_us_) {
    return;
  }
  state_ = State::kHostLost;
  const Error error = control::zeroize();
  control::set_running(fail_open_, fail_open_);
  log(LogCode::kHostLost, static_cast<uint32_t>(now - heard_us_) / 1000);
  log(LogCode::kZeroized, static_cast<uint32_t>(error));
}

// A connection that the card has ended and forgotten gives its index back.
void Supervisor::age(uint64_t now) {
  if (now - aged_us_ < kAgeEveryUs || connections_.used() == 0) {
    return;
  }
  aged_us_ = now;
  for (uint32_t i = 0; i < kAgeLook; ++i) {
    const uint32_t index = age_next_;
    age_next_ = index + 1 < connections_.connections() ? index + 1 : 0;
    const uint64_t id = connections_.id(index);
    if (id == 0) {
      continue;
    }
    flow_unit::put(0, static_cast<uint32_t>(id));
    flow_unit::put(1, static_cast<uint32_t>(id >> 32));
    flow_unit::put(2, index);
    if (flow_unit::run(flow_unit::Operation::kStatistics, 0) == Error::kNotFound) {
      connections_.remove(index);
      ++aged_;
      log(LogCode::kAged, index);
    }
    return;
  }
}

void Supervisor::log(LogCode code, uint32_t argument) {
  log_.add(static_cast<uint32_t>(clock::now_us()), code, argument);
}

void Supervisor::answer(uint32_t word) {
  mailbox::reply(kReplyHeader + replied_, word);
  ++replied_;
}

}  // namespace vitrine::firmware
