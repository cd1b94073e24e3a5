// The host's commands: the core's side of rtl/mcu/mcu_mailbox.sv.
//
// A request is the core's from waiting() to done(); its words are gone once take() or wipe() has
// seen them, because keys are among them.
#pragma once

#include "firmware/base/hardware.h"
#include "firmware/drivers/core_regs.h"

namespace vitrine::firmware::mailbox {

constexpr uint32_t kWords = core_regs::kMailboxRequestWords;

inline void enable() {
  write32(core_regs::kMailboxEnable, core_regs::kMailboxEnableWaiting.mask());
}
inline bool waiting() {
  return (read32(core_regs::kMailboxStatus) & core_regs::kMailboxStatusWaiting.mask()) != 0;
}
// REQUIRES: word < kWords, here and below.
inline uint32_t request(uint32_t word) { return read32(core_regs::kMailboxRequest + 4 * word); }
inline void wipe(uint32_t word) { write32(core_regs::kMailboxRequest + 4 * word, 0); }
inline uint32_t take(uint32_t word) {
  const uint32_t value = request(word);
  wipe(word);
  return value;
}
inline void reply(uint32_t word, uint32_t value) {
  write32(core_regs::kMailboxReply + 4 * word, value);
}
inline void done() { write32(core_regs::kMailboxStatus, core_regs::kMailboxStatusWaiting.mask()); }

}  // namespace vitrine::firmware::mailbox
