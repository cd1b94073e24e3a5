#include "sim/firmware/firmware_rig.h"

#include <utility>

#include "sim/mcu/elf_file.h"

namespace vitrine::sim {
namespace {

constexpr uint64_t kMostClocks = 40'000'000;

}  // namespace

FirmwareRig::FirmwareRig(mcu::ControlBus bus, std::function<void()> each_clock)
    : each_clock_(std::move(each_clock)) {
  machine.set_control_bus(std::move(bus));
  machine.set_tick_every(250);  // a microsecond at 250 MHz
}

Status FirmwareRig::load(const std::string& elf) {
  const Result<mcu::ElfFile> file = mcu::read_elf(elf, mcu::kRamBytes);
  return file ? machine.load(*file) : file.status();
}

void FirmwareRig::tick() {
  traps_ += machine.clock().trapped ? 1 : 0;
  each_clock_();
}

Status FirmwareRig::boot() {
  machine.run();
  const auto reply = command(firmware::Command::kIdentify);
  return reply ? Status::ok() : reply.status();
}

Result<FirmwareReply> FirmwareRig::command(firmware::Command command,
                                           const std::vector<uint32_t>& operands,
                                           uint32_t direction) {
  const auto words = static_cast<uint32_t>(operands.size());
  return raw(static_cast<uint32_t>(command) | direction << 8 | words << 16, operands);
}

Result<FirmwareReply> FirmwareRig::raw(uint32_t header, const std::vector<uint32_t>& operands) {
  machine.mailbox_write(0, header);
  for (size_t i = 0; i < operands.size(); ++i) {
    machine.mailbox_write(static_cast<uint8_t>(1 + i), operands[i]);
  }
  machine.mailbox_ring();
  FirmwareReply reply;
  const uint64_t begin = machine.clocks();
  while (machine.mailbox_busy()) {
    if (machine.clocks() - begin > kMostClocks) {
      return Status(Code::kTimeout, "the firmware does not answer");
    }
    tick();
  }
  reply.clocks = machine.clocks() - begin;
  reply.error = static_cast<firmware::Error>(machine.mailbox_read(0));
  const uint32_t words = machine.mailbox_read(1);
  for (uint32_t i = 0; i < words && i < 254; ++i) {
    reply.words.push_back(machine.mailbox_read(static_cast<uint8_t>(firmware::kReplyHeader + i)));
  }
  return reply;
}

void FirmwareRig::clocks(uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    tick();
  }
}

}  // namespace vitrine::sim
