// A card made of a table of registers, for tests of the driver: it answers as told, right or wrong.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "host/base/clock.h"
#include "host/base/unique_fd.h"
#include "host/card/driver/bus.h"
#include "host/card/driver/driver_card.h"
#include "host/card/regs.h"

namespace vitrine::card::driver::test {

// What a test sees and decides of the card; outlives the bus.
class MockCard {
 public:
  MockCard();

  uint32_t& reg(uint32_t address) { return registers_[address]; }
  // As the card's side of the rings. The body follows the header.
  void put_punt(std::vector<uint8_t> header, const std::vector<uint8_t>& body);
  void put_tap(std::vector<uint8_t> header, const std::vector<uint8_t>& body);
  // Takes the oldest injected entry.
  std::vector<uint8_t> take_injected();
  bool interrupt() const;
  // An address that was written: all values, in order.
  std::vector<uint32_t> written(uint32_t address) const;
  void forget_writes() { writes_.clear(); }

  // Flow commands: results to come, 0 (done) where none is left.
  std::deque<uint32_t> flow_results;
  std::vector<uint32_t> commands;                // flow commands as written
  std::vector<std::vector<uint32_t>> mailboxes;  // and the mailbox at that time
  bool hangs = false;                            // commands stay busy for ever
  uint32_t rule_result = 0;                      // of rule commands
  bool clears_keys = true;
  // Reads give an error.
  bool is_gone = false;
  // Time passes with every read.
  ManualClock clock;

 private:
  friend class MockBus;
  void put(uint32_t ring, uint32_t event, std::vector<uint8_t> header,
           const std::vector<uint8_t>& body, size_t number_at);
  void write(uint32_t address, uint32_t value);
  void tell_interrupt();
  uint8_t* memory_at(uint32_t base_register, uint32_t index);

  std::map<uint32_t, uint32_t> registers_;
  std::vector<std::pair<uint32_t, uint32_t>> writes_;
  std::vector<uint8_t> memory_;
  size_t allocated_ = 0;
  std::map<uint32_t, uint32_t> numbers_;
  UniqueFd event_;
  bool is_up_ = false;
};

class MockBus : public Bus {
 public:
  explicit MockBus(MockCard& card) : card_(card) {}
  Status write32(uint32_t address, uint32_t value) override;
  Result<uint32_t> read32(uint32_t address) override;
  Result<SharedMemory> allocate(size_t bytes) override;
  int interrupt_fd() const override { return card_.event_.get(); }
  std::string description() const override { return "mock"; }

 private:
  MockCard& card_;
};

DriverConfig mock_config(const MockCard& card);
// REQUIRES: a card that can be attached.
std::unique_ptr<Card> make_mock_card(MockCard& card, const DriverConfig& config);

}  // namespace vitrine::card::driver::test
