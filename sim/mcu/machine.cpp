#include "sim/mcu/machine.h"

#include "sim/bench/support/clocked.h"
#include <Vmcu.h>

namespace vitrine::mcu {

struct Machine::Model {
  explicit Model(int seed) : mcu(seed) {}
  bench::Clocked<Vmcu> mcu;
  ControlBus bus;
  unsigned waited = 0;
  unsigned tick_every = 1;
};

Machine::Machine(int seed) : model_(std::make_unique<Model>(seed)) {
  Vmcu& mcu = *model_->mcu;
  mcu.run_i = 0;
  mcu.tick_i = 0;
  mcu.load_i = 0;
  mcu.mailbox_write_i = 0;
  mcu.mailbox_ring_i = 0;
  mcu.mailbox_read_i = 0;
  mcu.interrupt_i = 0;
  mcu.control_ready_i = 0;
  mcu.control_data_i = 0;
  mcu.control_error_i = 0;
  model_->mcu.reset();
}

Machine::~Machine() = default;

void Machine::set_control_bus(ControlBus bus) { model_->bus = std::move(bus); }
void Machine::halt() {
  model_->mcu->run_i = 0;
  model_->waited = 0;
  clock();
}
void Machine::run() { model_->mcu->run_i = 1; }
uint64_t Machine::clocks() const { return model_->mcu.clocks(); }
void Machine::set_interrupt(bool level) { model_->mcu->interrupt_i = level ? 1 : 0; }
void Machine::set_tick_every(unsigned clocks) { model_->tick_every = clocks; }

Status Machine::load(uint32_t address, std::span<const uint8_t> bytes) {
  const uint32_t offset = address - kRamBase;
  if (address < kRamBase || offset > kRamBytes || bytes.size() > kRamBytes - offset ||
      address % 4 != 0) {
    return {Code::kInvalidArgument, "program: " + std::to_string(bytes.size()) +
                                        " bytes do not fit the memory of 128 KiB from 0x80000000"};
  }
  Vmcu& mcu = *model_->mcu;
  mcu.load_i = 1;
  for (size_t i = 0; i < bytes.size(); i += 4) {
    uint32_t word = 0;
    for (size_t b = 0; b < 4 && i + b < bytes.size(); ++b) {
      word |= static_cast<uint32_t>(bytes[i + b]) << (8 * b);
    }
    mcu.load_word_i = static_cast<uint16_t>((offset + i) / 4);
    mcu.load_data_i = word;
    model_->mcu.tick();
  }
  mcu.load_i = 0;
  return Status::ok();
}

Status Machine::load(const ElfFile& file) {
  if (file.entry != kRamBase) {
    return {Code::kUnsupported, "program: it must begin at 0x80000000, where the boot ROM leads"};
  }
  for (const ElfSegment& segment : file.segments) {
    std::vector<uint8_t> bytes = segment.bytes;
    bytes.resize(bytes.size() + segment.zeros);
    if (Status status = load(segment.address, bytes); !status) {
      return status;
    }
  }
  return Status::ok();
}

Step Machine::clock() {
  Model& model = *model_;
  Vmcu& mcu = *model.mcu;
  mcu.tick_i = model.mcu.clocks() % model.tick_every == 0 ? 1 : 0;
  mcu.clk_i = 0;
  mcu.control_ready_i = 0;
  mcu.eval();
  if (mcu.run_i != 0 && mcu.control_valid_o != 0 && ++model.waited > model.bus.latency) {
    model.waited = 0;
    mcu.control_ready_i = 1;
    const auto address = static_cast<uint16_t>(mcu.control_address_o);
    bool good = false;
    if (mcu.control_write_o != 0) {
      good = model.bus.write && model.bus.write(address, mcu.control_data_o);
    } else if (model.bus.read) {
      const std::optional<uint32_t> data = model.bus.read(address);
      good = data.has_value();
      mcu.control_data_i = data.value_or(0);
    }
    mcu.control_error_i = good ? 0 : 1;
    mcu.eval();
  }
  Step step;
  if (mcu.run_i != 0) {
    step.retired = mcu.trace_retire_o != 0;
    step.trapped = mcu.trace_trap_o != 0;
    step.cause = mcu.trace_cause_o;
    step.pc = mcu.trace_pc_o;
    step.instruction = mcu.trace_instruction_o;
    if (step.retired && mcu.trace_write_o != 0) {
      step.written = mcu.trace_data_o;
    }
    step.stored = mcu.trace_store_o != 0;
    step.store_word = mcu.trace_store_address_o;
    step.strobe = static_cast<uint8_t>(mcu.trace_store_strobe_o);
    step.store_data = mcu.trace_store_data_o;
  }
  model.mcu.tick();
  return step;
}

bool Machine::mailbox_busy() const { return model_->mcu->mailbox_busy_o != 0; }

void Machine::mailbox_write(uint8_t word, uint32_t value) {
  model_->mcu->mailbox_write_i = 1;
  model_->mcu->mailbox_word_i = word;
  model_->mcu->mailbox_data_i = value;
  clock();
  model_->mcu->mailbox_write_i = 0;
}

void Machine::mailbox_ring() {
  model_->mcu->mailbox_ring_i = 1;
  clock();
  model_->mcu->mailbox_ring_i = 0;
}

uint32_t Machine::mailbox_read(uint8_t word) {
  model_->mcu->mailbox_read_i = 1;
  model_->mcu->mailbox_read_word_i = word;
  clock();
  model_->mcu->mailbox_read_i = 0;
  return model_->mcu->mailbox_read_data_o;
}

}  // namespace vitrine::mcu
