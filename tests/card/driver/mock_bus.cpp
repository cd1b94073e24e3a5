#include "tests/card/driver/mock_bus.h"

#include <algorithm>
#include <stdexcept>

#include <sys/eventfd.h>
#include <unistd.h>

#include "host/card/driver/ring_entry.h"
#include "host/card/little_endian.h"

namespace vitrine::card::driver::test {
namespace {

constexpr size_t kMemory = 4U << 20;
constexpr uint64_t kBusBase = 0x1'2000'0000;

}  // namespace

MockCard::MockCard() : memory_(kMemory), event_(::eventfd(0, EFD_NONBLOCK)) {
  for (const regs::Register& r : regs::kRegisters) {
    registers_[r.address] = r.reset;
  }
  reg(regs::kIdentityBuild) = 0x77;
  reg(regs::kIdentityCapacity) =
      regs::kIdentityCapacityFlowsLog2.put(6) | regs::kIdentityCapacityContextsLog2.put(4) |
      regs::kIdentityCapacityRulesLog2.put(6) | regs::kIdentityCapacityLanes.put(4);
  reg(regs::kControlStatus) = regs::kControlStatusReady.mask();
}

uint8_t* MockCard::memory_at(uint32_t base_register, uint32_t index) {
  const uint64_t base = reg(base_register) | static_cast<uint64_t>(reg(base_register + 4)) << 32;
  return &memory_[base - kBusBase + index * kEntryBytes];
}

void MockCard::put(uint32_t ring, uint32_t event, std::vector<uint8_t> header,
                   const std::vector<uint8_t>& body, size_t number_at) {
  header.resize(kEntryHeader);
  if (load_le32(&header[number_at]) == 0) {
    store_le32(&header[number_at], numbers_[ring]);
  }
  numbers_[ring] += 1;
  if (load_le16(&header[4]) == 0) {
    store_le16(&header[4], static_cast<uint16_t>(body.size()));
  }
  const uint32_t size = ring + (regs::kRingsPuntSize - regs::kRingsPuntBaseLo);
  const uint32_t head = ring + (regs::kRingsPuntHead - regs::kRingsPuntBaseLo);
  uint8_t* entry = memory_at(ring, reg(head));
  std::copy(header.begin(), header.end(), entry);
  std::copy(body.begin(), body.end(), entry + kEntryHeader);
  reg(head) = (reg(head) + 1) % reg(size);
  reg(regs::kEventsStatus) |= event;
  tell_interrupt();
}

void MockCard::put_punt(std::vector<uint8_t> header, const std::vector<uint8_t>& body) {
  put(regs::kRingsPuntBaseLo, regs::kEventsStatusPunt.mask(), std::move(header), body, 28);
}

void MockCard::put_tap(std::vector<uint8_t> header, const std::vector<uint8_t>& body) {
  put(regs::kRingsTapBaseLo, regs::kEventsStatusTap.mask(), std::move(header), body, 32);
}

std::vector<uint8_t> MockCard::take_injected() {
  uint32_t& tail = reg(regs::kRingsInjectTail);
  if (tail == reg(regs::kRingsInjectHead)) {
    return {};
  }
  const uint8_t* entry = memory_at(regs::kRingsInjectBaseLo, tail);
  tail = (tail + 1) % reg(regs::kRingsInjectSize);
  return {entry, entry + kEntryHeader + load_le16(entry + 4)};
}

bool MockCard::interrupt() const {
  return (registers_.at(regs::kEventsStatus) & registers_.at(regs::kEventsEnable)) != 0;
}

void MockCard::tell_interrupt() {
  if (interrupt() == is_up_) {
    return;
  }
  is_up_ = interrupt();
  uint64_t value = 1;
  [[maybe_unused]] const auto done = is_up_ ? ::write(event_.get(), &value, sizeof value)
                                            : ::read(event_.get(), &value, sizeof value);
}

std::vector<uint32_t> MockCard::written(uint32_t address) const {
  std::vector<uint32_t> out;
  for (const auto& [at, value] : writes_) {
    if (at == address) {
      out.push_back(value);
    }
  }
  return out;
}

void MockCard::write(uint32_t address, uint32_t value) {
  writes_.emplace_back(address, value);
  switch (address) {
    case regs::kEventsStatus:
      reg(address) &= ~value;
      tell_interrupt();
      return;
    case regs::kControlControl:
      reg(regs::kControlStatus) =
          regs::kControlStatusReady.mask() | regs::kControlStatusRunning.put(value & 1U);
      break;
    case regs::kControlZeroize:
      reg(regs::kControlZeroizeCount) += clears_keys ? 1 : 0;
      return;
    case regs::kRulesCommand:
      reg(regs::kRulesStatus) =
          hangs ? regs::kRulesStatusBusy.mask() : regs::kRulesStatusResult.put(rule_result);
      break;
    case regs::kFlowsCommand: {
      commands.push_back(value);
      std::vector<uint32_t> mailbox(144);
      for (size_t i = 0; i < mailbox.size(); ++i) {
        mailbox[i] = reg(regs::kFlowMailbox + static_cast<uint32_t>(4 * i));
      }
      mailboxes.push_back(std::move(mailbox));
      const uint32_t result = flow_results.empty() ? 0 : flow_results.front();
      if (!flow_results.empty()) {
        flow_results.pop_front();
      }
      reg(regs::kFlowsStatus) =
          regs::kFlowsStatusBusy.put(hangs ? 1 : 0) | regs::kFlowsStatusResult.put(result);
      break;
    }
    default:
      break;
  }
  reg(address) = value;
  tell_interrupt();
}

Status MockBus::write32(uint32_t address, uint32_t value) {
  card_.write(address, value);
  return {};
}

Result<uint32_t> MockBus::read32(uint32_t address) {
  card_.clock.advance_ms(1);
  if (card_.is_gone) {
    return {Code::kTimeout, "card hung: no answer"};
  }
  return card_.reg(address);
}

Result<SharedMemory> MockBus::allocate(size_t bytes) {
  if (card_.allocated_ + bytes > card_.memory_.size()) {
    return {Code::kExhausted, "mock: no memory"};
  }
  const size_t at = card_.allocated_;
  card_.allocated_ += bytes;
  return SharedMemory{MutableBytes(&card_.memory_[at], bytes), kBusBase + at};
}

DriverConfig mock_config(const MockCard& card) {
  DriverConfig config;
  config.kind = "mock";
  config.max_flows = 32;
  config.host_ring_bytes = 16 * kEntryBytes;
  config.inject_ring_bytes = 16 * kEntryBytes;
  config.clock = &card.clock;
  return config;
}

std::unique_ptr<Card> make_mock_card(MockCard& card, const DriverConfig& config) {
  auto made = make_driver_card(std::make_unique<MockBus>(card), config);
  if (!made) {
    throw std::runtime_error(made.status().to_string());
  }
  return std::move(made).value();
}

}  // namespace vitrine::card::driver::test
