// The firmware's one loop: the host's commands, and between them ageing and the watch over the
// host.
//
// boot() once, then step() for ever. One thread, no interrupts: a command is carried out whole.
// Every command tells that the host is alive. A host that has been silent for longer than it said
// at kStart is lost: the keys are cleared, the card is stopped unless it is to fail open, and until
// kStart nothing is installed.
#pragma once

#include "firmware/base/error.h"
#include "firmware/supervisor/connections.h"
#include "firmware/supervisor/crash.h"
#include "firmware/supervisor/log.h"
#include "firmware/supervisor/protocol.h"
#include "firmware/supervisor/self_test.h"
#include <stdint.h>

namespace vitrine::firmware {

struct Layout {
  // Memory that the self test may overwrite; the store of connections lies within.
  uint32_t test_first;
  uint32_t test_end;
  ConnectionStore& store;
  CrashDump& crash;
};

class Supervisor {
 public:
  explicit constexpr Supervisor(const Layout& layout)
      : layout_(layout), connections_(layout.store) {}

  void boot();
  void step();

  const Connections& connections() const { return connections_; }
  State state() const { return state_; }

 private:
  struct Telemetry {
    uint32_t count;
    uint32_t most_cycles;
  };

  // commands.cpp: what a command does; REQUIRES: the mailbox holds it and its `words` operands.
  Error carry_out(Command command, uint32_t direction, uint32_t words);
  Error identify();
  Error start();
  Error stop();
  Error seed();
  Error install(uint32_t words);
  Error remove();
  Error query();
  Error update_keys(uint32_t direction, uint32_t words);
  Error rule_write();
  Error rule_take_over();
  Error zeroize();
  Error statistics();
  Error telemetry();
  Error read_log();
  Error crash_dump();
  Error repeat_self_test();

  void answer(uint32_t word);  // the reply's next word
  void answer_flow_result();
  uint32_t named_connection();  // of the operands' id and index; kNoConnection
  void serve();
  void watch(uint64_t now);
  void age(uint64_t now);
  void self_test(bool keep_memory);
  void log(LogCode code, uint32_t argument);

  const Layout layout_;
  Connections connections_;
  Log log_;
  SelfTestResult self_test_;
  State state_ = State::kStopped;
  bool fail_open_ = false;
  uint64_t limit_us_ = 0;
  uint64_t heard_us_ = 0;  // when the host said something
  uint64_t aged_us_ = 0;
  uint32_t age_next_ = 0;
  uint32_t aged_ = 0;
  uint32_t replied_ = 0;
  Telemetry telemetry_[kCommands] = {};
};

}  // namespace vitrine::firmware
