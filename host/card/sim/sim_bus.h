// A simulated card as a bus of the driver: the model ticks in a thread of its own, which also moves
// frames between the model's MACs and two wire ports.
//
// While nothing is under way the thread sleeps on the ports and on its wake-up, and no clock ticks;
// every 50 ms it tells the model the time by one clock, for whatever waits for that.
// A write acts at the time at which it was written, however late the thread gets to it. Register
// accesses of other threads are queued (bounded) and carried out between two bursts of clocks, in
// order; values that were written, keys among them, are wiped from the queue when the model has
// them. REQUIRES: read_block() of at least a word. Ownership: owns the model and the ports; the
// shared memory outlives the model, which reads and writes it only while a burst runs. Threads: as
// host/card/driver/bus.h says.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/base/clock.h"
#include "host/base/unique_fd.h"
#include "host/card/driver/bus.h"
#include "host/card/driver/driver_card.h"
#include "host/card/sim/model.h"
#include "host/card/soft/wire_port.h"

namespace vitrine::card::sim {

struct SimBusConfig {
  // Without offloads (host/card/soft/segmenting_port.h): the card knows frames of a wire only.
  std::unique_ptr<soft::WirePort> inside;
  std::unique_ptr<soft::WirePort> outside;
  size_t memory_bytes = 64U << 20;        // for rings
  const Clock* clock = &Clock::system();  // the card's time; must outlive the bus
};

class SimBus : public driver::Bus {
 public:
  // Makes the model over the memory, which begins at bus address 0.
  using MakeModel = std::function<std::unique_ptr<Model>(MutableBytes memory)>;
  static constexpr size_t kMaxFrame = 16320;

  SimBus(SimBusConfig config, const MakeModel& make_model);
  ~SimBus() override;

  Status write32(uint32_t address, uint32_t value) override;
  Result<uint32_t> read32(uint32_t address) override;
  Status read_block(uint32_t address, std::span<uint32_t> words) override;
  Status settle() override;
  Result<driver::SharedMemory> allocate(size_t bytes) override;
  int interrupt_fd() const override { return interrupt_.get(); }
  std::string description() const override;

  // Frames that never reached the card.
  driver::LossesBefore losses() const;
  // Times that the thread has slept since the start: it does not spin while nothing happens.
  uint64_t naps() const { return naps_.load(); }
  // Clocks that the model has ticked.
  uint64_t clocks() const { return clocks_.load(); }

 private:
  struct Write {
    uint32_t address;
    uint32_t value;
    uint32_t time_ms;  // at which the host wrote it
  };

  void run();
  // Also says what time it was when it looked.
  bool carry_out_accesses(uint32_t& now);
  bool is_settling() const;
  void tell_rest();
  bool tell_time(uint32_t milliseconds);
  uint32_t now_ms() const;
  bool take_received(unsigned port);
  void send(unsigned port);
  void show_interrupt();
  void nap();
  void wake();

  std::array<std::unique_ptr<soft::WirePort>, 2> ports_;
  const Clock& clock_;
  std::vector<uint8_t> memory_;
  size_t memory_offset_ = 0;  // to a page
  size_t allocated_ = 0;
  std::unique_ptr<Model> model_;  // of the thread
  std::vector<uint8_t> frame_;    // of the thread, as are
  std::vector<Write> taken_;
  std::vector<uint32_t> values_;

  mutable std::mutex mutex_;
  std::condition_variable answered_;
  std::vector<Write> writes_;    // in order, all before the read
  std::span<uint32_t> reading_;  // where the read that waits wants its words; empty: none waits
  uint32_t read_address_ = 0;
  uint64_t read_number_ = 0;
  std::optional<uint32_t> refused_;  // a register that nobody has been told of
  bool settling_ = false;            // somebody waits for the model to rest
  std::mutex one_reader_;

  UniqueFd wake_;
  UniqueFd interrupt_;
  bool is_up_ = false;
  std::array<std::atomic<uint64_t>, 2> impaired_{};
  std::array<std::atomic<uint64_t>, 2> refused_frames_{};
  uint32_t told_ms_ = 0;  // of the thread
  std::atomic<uint64_t> naps_{0};
  std::atomic<uint64_t> clocks_{0};
  std::atomic<bool> running_{true};
  std::thread thread_;  // last
};

}  // namespace vitrine::card::sim
