// The firmware on the core: its objects in their places, and the loop.
#include "firmware/base/error.h"
#include "firmware/drivers/control.h"
#include "firmware/drivers/mailbox.h"
#include "firmware/supervisor/supervisor.h"

extern "C" {
extern char __tested_start[];
extern char __tested_end[];
[[gnu::section(".noinit")]] vitrine::firmware::CrashDump crash_dump;
}

namespace vitrine::firmware {
namespace {

[[gnu::section(".tested")]] ConnectionStore store;

}  // namespace

extern "C" [[noreturn]] void firmware_main() {
  // As a local it would take the stack; as a plain static it would need a constructor.
  static Supervisor supervisor(Layout{.test_first = reinterpret_cast<uint32_t>(__tested_start),
                                      .test_end = reinterpret_cast<uint32_t>(__tested_end),
                                      .store = store,
                                      .crash = crash_dump});
  supervisor.boot();
  for (;;) {
    supervisor.step();
  }
}

// The one way down: keys are cleared before anything else. The request that was under way is
// answered, so that it does not come again after the restart, which stops the card.
extern "C" void firmware_crashed() {
  control::zeroize_blindly();
  crash_dump.count = crash_dump.magic == kCrashMagic ? crash_dump.count + 1 : 1;
  crash_dump.magic = kCrashMagic;
  if (mailbox::waiting()) {
    for (uint32_t i = 0; i < mailbox::kWords; ++i) {
      mailbox::wipe(i);
    }
    mailbox::reply(0, static_cast<uint32_t>(Error::kCrashed));
    mailbox::reply(1, 0);
    mailbox::done();
  }
}

}  // namespace vitrine::firmware
