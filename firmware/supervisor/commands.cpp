// What each command does; protocol.h says what goes in and what comes back.
#include "firmware/base/hardware.h"
#include "firmware/drivers/card.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/control.h"
#include "firmware/drivers/counters.h"
#include "firmware/drivers/flow_unit.h"
#include "firmware/drivers/lanes.h"
#include "firmware/drivers/mailbox.h"
#include "firmware/drivers/rule_unit.h"
#include "firmware/supervisor/supervisor.h"

namespace vitrine::firmware {
namespace {

constexpr uint32_t kSpliceAction = 3;
constexpr uint32_t kSeedWords = 12;
constexpr uint32_t kAnyWords = 0x1'0000;
constexpr uint32_t kMostReply = mailbox::kWords - kReplyHeader;

// Operand i is word i + 1 of the request.
uint32_t operand(uint32_t i) { return mailbox::request(1 + i); }

void put_operands(uint32_t first, uint32_t words) {
  for (uint32_t i = first; i < words; ++i) {
    // Most of what is not spliced is 0, and so is the unit's mailbox.
    if (const uint32_t word = mailbox::take(1 + i); word != 0) {
      flow_unit::put(i, word);
    }
  }
}

uint32_t operand_words(Command command) {
  switch (command) {
    case Command::kStart:
      return 2;
    case Command::kSeed:
      return kSeedWords;
    case Command::kRemove:
      return flow_unit::kKeyWords;
    case Command::kQuery:
      return flow_unit::kNameWords;
    case Command::kRuleWrite:
      return 1 + rule_unit::kRows;
    case Command::kRuleTakeOver:
      return 3;
    case Command::kLog:
      return 1;
    case Command::kInstall:
    case Command::kUpdateKeys:
      return kAnyWords;
    default:
      return 0;
  }
}

}  // namespace

Error Supervisor::carry_out(Command command, uint32_t direction, uint32_t words) {
  if (const uint32_t wanted = operand_words(command); wanted != kAnyWords && wanted != words) {
    return Error::kBadRequest;
  }
  switch (command) {
    case Command::kIdentify:
      return identify();
    case Command::kStart:
      return start();
    case Command::kStop:
      return stop();
    case Command::kBeat:
      return Error::kOk;
    case Command::kSeed:
      return seed();
    case Command::kInstall:
      return install(words);
    case Command::kRemove:
      return remove();
    case Command::kQuery:
      return query();
    case Command::kUpdateKeys:
      return update_keys(direction, words);
    case Command::kRuleWrite:
      return rule_write();
    case Command::kRuleTakeOver:
      return rule_take_over();
    case Command::kZeroize:
      return zeroize();
    case Command::kStatistics:
      return statistics();
    case Command::kTelemetry:
      return telemetry();
    case Command::kLog:
      return read_log();
    case Command::kCrashDump:
      return crash_dump();
    case Command::kSelfTest:
      return repeat_self_test();
    default:
      return Error::kNoSuchCommand;
  }
}

Error Supervisor::identify() {
  answer(kFirmwareVersion);
  answer(card_regs::kMapHash);
  answer(static_cast<uint32_t>(state_));
  answer(static_cast<uint32_t>(self_test_.step));
  answer(self_test_.detail);
  answer(lanes::count());
  answer(connections_.connections());
  answer(connections_.splices());
  return Error::kOk;
}

Error Supervisor::start() {
  if (!control::ready()) {
    return Error::kNotReady;
  }
  const uint32_t limit_ms = operand(0);
  fail_open_ = (operand(1) & 1) != 0;
  limit_us_ = static_cast<uint64_t>(limit_ms) * 1000;
  control::set_heartbeat_limit(limit_ms);
  control::beat();
  control::set_running(true, fail_open_);
  state_ = State::kRunning;
  log(LogCode::kStarted, limit_ms);
  return Error::kOk;
}

Error Supervisor::stop() {
  control::set_running(false, false);
  control::set_heartbeat_limit(0);
  state_ = State::kStopped;
  log(LogCode::kStopped, 0);
  return Error::kOk;
}

Error Supervisor::seed() {
  for (uint32_t i = 0; i < kSeedWords; ++i) {
    flow_unit::seed(mailbox::take(1 + i));
  }
  return Error::kOk;
}

Error Supervisor::install(uint32_t words) {
  if (words != flow_unit::kKeyWords && words != flow_unit::kWords) {
    return Error::kBadRequest;
  }
  const uint64_t id = static_cast<uint64_t>(operand(1)) << 32 | operand(0);
  const uint32_t what = operand(2);
  const bool spliced = (what >> 16 & 3) == kSpliceAction;
  if (id == 0 || spliced != (words == flow_unit::kWords)) {
    return Error::kBadRequest;
  }
  if (state_ == State::kHostLost) {
    return Error::kNotReady;
  }
  if (spliced && !self_test_.passed()) {
    return Error::kSelfTestFailed;
  }
  const uint32_t index = connections_.add(id, spliced);
  if (index == kNoConnection) {
    return Error::kFull;
  }
  flow_unit::put(0, mailbox::take(1));
  flow_unit::put(1, mailbox::take(2));
  flow_unit::put(2, (what & 0xffff'0000) | index);
  put_operands(3, words);
  const Error error = flow_unit::run(flow_unit::Operation::kInstall, 0);
  if (error != Error::kOk) {
    connections_.remove(index);
    return error;
  }
  answer(index);
  return Error::kOk;
}

uint32_t Supervisor::named_connection() {
  const uint64_t id = static_cast<uint64_t>(operand(1)) << 32 | operand(0);
  const uint32_t index = operand(2) & 0xffff;
  return id != 0 && connections_.id(index) == id ? index : kNoConnection;
}

void Supervisor::answer_flow_result() {
  for (uint32_t i = 0; i < flow_unit::kResultWords; ++i) {
    answer(flow_unit::result(i));
  }
}

Error Supervisor::remove() {
  const uint32_t index = named_connection();
  if (index == kNoConnection) {
    return Error::kNotFound;
  }
  put_operands(0, flow_unit::kKeyWords);
  const Error error = flow_unit::run(flow_unit::Operation::kRemove, 0);
  // Not where the card hangs: what it did with the connection is not known.
  if (error == Error::kOk || error == Error::kNotFound) {
    connections_.remove(index);
  }
  if (error == Error::kOk) {
    answer_flow_result();
  }
  return error;
}

Error Supervisor::query() {
  if (named_connection() == kNoConnection) {
    return Error::kNotFound;
  }
  put_operands(0, flow_unit::kNameWords);
  const Error error = flow_unit::run(flow_unit::Operation::kStatistics, 0);
  if (error == Error::kOk) {
    answer_flow_result();
  }
  return error;
}

Error Supervisor::update_keys(uint32_t direction, uint32_t words) {
  if (words != flow_unit::kKeyWords + flow_unit::kDirectionWords * (1 + direction)) {
    return Error::kBadRequest;
  }
  if (state_ == State::kHostLost) {
    return Error::kNotReady;
  }
  if (named_connection() == kNoConnection) {
    return Error::kNotFound;
  }
  put_operands(0, words);
  return flow_unit::run(flow_unit::Operation::kUpdateKeys, direction);
}

Error Supervisor::rule_write() {
  for (uint32_t i = 0; i < rule_unit::kRows; ++i) {
    rule_unit::put(i, operand(1 + i));
  }
  return rule_unit::write(operand(0));
}

Error Supervisor::rule_take_over() {
  return rule_unit::take_over(operand(0), operand(1), operand(2));
}

Error Supervisor::zeroize() {
  const Error error = control::zeroize();
  log(LogCode::kZeroized, static_cast<uint32_t>(error));
  return error;
}

Error Supervisor::statistics() {
  counters::snapshot();
  for (const counters::Run& run : counters::kRuns) {
    for (uint32_t address = run.first; address <= run.last; address += 4) {
      answer(read_card(address));
    }
  }
  return Error::kOk;
}

Error Supervisor::telemetry() {
  const uint64_t now = clock::now_us();
  answer(static_cast<uint32_t>(now));
  answer(static_cast<uint32_t>(now >> 32));
  answer(aged_);
  for (const Telemetry& entry : telemetry_) {
    answer(entry.count);
    answer(entry.most_cycles);
  }
  return Error::kOk;
}

Error Supervisor::read_log() {
  const uint32_t wanted = operand(0);
  uint32_t number = wanted < log_.first() ? log_.first() : wanted;
  // As many as fit: the host asks again from the number that it gets.
  const uint32_t fit = (kMostReply - 1) / kLogWords;
  const uint32_t end = log_.next() - number > fit ? number + fit : log_.next();
  if (number > log_.next()) {
    return Error::kBadRequest;
  }
  answer(end);
  for (; number < end; ++number) {
    const LogEntry& entry = log_.at(number);
    answer(entry.time_us);
    answer(static_cast<uint32_t>(entry.code));
    answer(entry.argument);
  }
  return Error::kOk;
}

Error Supervisor::crash_dump() {
  if (layout_.crash.magic != kCrashMagic) {
    return Error::kOk;
  }
  for (const uint32_t word : layout_.crash.registers) {
    answer(word);
  }
  answer(layout_.crash.cause);
  answer(layout_.crash.pc);
  answer(layout_.crash.value);
  answer(layout_.crash.count);
  return Error::kOk;
}

// The memory test overwrites the list of connections: none may be there.
Error Supervisor::repeat_self_test() {
  if (state_ != State::kStopped || connections_.used() != 0) {
    return Error::kNotReady;
  }
  self_test(false);
  answer(static_cast<uint32_t>(self_test_.step));
  answer(self_test_.detail);
  return Error::kOk;
}

}  // namespace vitrine::firmware
