#include "sim/card/card_model.h"

#include <array>
#include <cstring>
#include <deque>

#include "Vcard_top.h"
#include "Vcard_top__Syms.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

namespace vitrine::sim {
namespace {

constexpr size_t kBeat = 64;
constexpr unsigned kBusClocks = 4096;  // an access that takes longer is answered with an error
constexpr unsigned kQuietClocks = 16;  // registers between rooms that idle_o does not look at
constexpr uint8_t kDecodeError = 3;
// What a port holds, less a beat: rtl/top/card_top.sv.
constexpr size_t kPortBeats = 1023;

struct Beat {
  std::array<uint8_t, kBeat> data{};
  uint8_t bytes = 0;
  bool last = false;
};

struct Burst {
  uint64_t address = 0;
  unsigned beats = 0;
  bool id = false;
};

}  // namespace

struct CardModel::Impl {
  Impl(std::span<uint8_t> host, const CardModelConfig& with) : memory(host), config(with) {
    top = std::make_unique<Vcard_top>(&context);
#if VM_TRACE
    if (!config.trace_file.empty()) {
      context.traceEverOn(true);
      trace = std::make_unique<VerilatedFstC>();
      top->trace(trace.get(), 99);
      trace->open(config.trace_file.c_str());
    }
#endif
    top->s_wstrb_i = 0xf;
    top->s_bready_i = 1;
    top->s_rready_i = 1;
    top->awready_i = 1;
    top->wready_i = 1;
    top->arready_i = 1;
    top->mac_out_ready_i = 3;
    top->rst_ni = 0;
    for (int i = 0; i < 8; ++i) {
      tick();
    }
    top->rst_ni = 1;
    tick();
  }

  void edge(bool high) {
    top->clk_i = high ? 1 : 0;
    top->eval();
    context.timeInc(1);
#if VM_TRACE
    if (trace) {
      trace->dump(context.time());
    }
#endif
  }

  void offer_frames() {
    top->mac_in_valid_i = 0;
    top->mac_in_last_i = 0;
    for (unsigned port = 0; port < 2; ++port) {
      if (in[port].empty()) {
        continue;
      }
      const std::vector<uint8_t>& frame = in[port].front();
      const size_t at = in_at[port];
      if (at == 0 && config.paced && !has_room(port, (frame.size() + kBeat - 1) / kBeat)) {
        continue;
      }
      const size_t bytes = std::min(kBeat, frame.size() - at);
      auto& data = port == 0 ? top->mac_in_data0_i : top->mac_in_data1_i;
      std::memset(&data[0], 0, kBeat);
      std::memcpy(&data[0], frame.data() + at, bytes);
      (port == 0 ? top->mac_in_bytes0_i : top->mac_in_bytes1_i) = static_cast<uint8_t>(bytes);
      top->mac_in_valid_i |= 1U << port;
      in_at[port] = at + bytes;
      if (in_at[port] == frame.size()) {
        top->mac_in_last_i |= 1U << port;
        in[port].pop_front();
        in_at[port] = 0;
      }
    }
  }

  // By what has gone in since the card had nothing: what it has dealt with meanwhile is not seen.
  bool has_room(unsigned port, size_t beats) {
    if (rest_clocks >= kQuietClocks) {
      in_beats = {};
    }
    if (in_beats[port] + beats > kPortBeats) {
      return false;
    }
    in_beats[port] += beats;
    return true;
  }

  void take_beats() {
    for (unsigned port = 0; port < 2; ++port) {
      if ((top->mac_out_valid_o >> port & 1U) == 0 || (top->mac_out_ready_i >> port & 1U) == 0) {
        continue;
      }
      const auto& data = port == 0 ? top->mac_out_data0_o : top->mac_out_data1_o;
      const size_t bytes = port == 0 ? top->mac_out_bytes0_o : top->mac_out_bytes1_o;
      const auto* from = reinterpret_cast<const uint8_t*>(&data[0]);
      partial[port].insert(partial[port].end(), from, from + bytes);
      if ((top->mac_out_last_o >> port & 1U) != 0) {
        out[port].push_back(std::move(partial[port]));
        partial[port].clear();
      }
    }
  }

  uint8_t* at(uint64_t address) {
    return address + kBeat <= memory.size() ? memory.data() + address : nullptr;
  }

  // What the memory sees at a clock edge.
  void take_memory() {
    if (top->bvalid_i && top->bready_o) {
      responses.pop_front();
    }
    if (top->rvalid_i && top->rready_o) {
      reads.front().address += kBeat;
      if (--reads.front().beats == 0) {
        reads.pop_front();
      }
    }
    if (top->awvalid_o) {
      writes.push_back({top->awaddr_o, top->awlen_o + 1U, top->awid_o != 0});
    }
    if (top->wvalid_o) {
      Beat beat;
      std::memcpy(beat.data.data(), &top->wdata_o[0], kBeat);
      beat.last = top->wlast_o != 0;
      write_beats.push_back(beat);
    }
    while (!writes.empty() && !write_beats.empty()) {
      Burst& burst = writes.front();
      uint8_t* to = at(burst.address);
      write_failed = write_failed || to == nullptr;
      if (to != nullptr) {
        std::memcpy(to, write_beats.front().data.data(), kBeat);
      }
      burst.address += kBeat;
      const bool last = write_beats.front().last;
      write_beats.pop_front();
      if (last) {
        responses.push_back({burst.id, write_failed});
        write_failed = false;
        writes.pop_front();
      }
    }
    if (top->arvalid_o) {
      reads.push_back({top->araddr_o, top->arlen_o + 1U, top->arid_o != 0});
    }
  }

  void offer_memory() {
    top->bvalid_i = responses.empty() ? 0 : 1;
    if (!responses.empty()) {
      top->bid_i = responses.front().first ? 1 : 0;
      top->bresp_i = responses.front().second ? kDecodeError : 0;
    }
    top->rvalid_i = reads.empty() ? 0 : 1;
    if (!reads.empty()) {
      const uint8_t* from = at(reads.front().address);
      top->rid_i = reads.front().id ? 1 : 0;
      top->rresp_i = from == nullptr ? kDecodeError : 0;
      if (from != nullptr) {
        std::memcpy(&top->rdata_i[0], from, kBeat);
      }
    }
  }

  // Inputs change while the clock is low; outputs are taken before its edge.
  void tick() {
    offer_frames();
    offer_memory();
    edge(false);
    take_beats();
    const bool rests = top->idle_o != 0 && responses.empty() && reads.empty() && writes.empty();
    rest_clocks = rests ? rest_clocks + 1 : 0;
    const bool quiet = rests && in[0].empty() && in[1].empty();
    quiet_clocks = quiet ? quiet_clocks + 1 : 0;
    take_memory();
    edge(true);
    ++clocks;
  }

  std::span<uint8_t> memory;
  CardModelConfig config;
  VerilatedContext context;
  std::unique_ptr<Vcard_top> top;
#if VM_TRACE
  std::unique_ptr<VerilatedFstC> trace;
#endif
  std::array<std::deque<std::vector<uint8_t>>, 2> in;
  std::array<size_t, 2> in_at{};
  std::array<size_t, 2> in_beats{};  // since the card rested
  std::array<std::vector<uint8_t>, 2> partial;
  std::array<std::deque<std::vector<uint8_t>>, 2> out;
  std::deque<Burst> writes;
  std::deque<Beat> write_beats;
  std::deque<std::pair<bool, bool>> responses;  // id, failed
  std::deque<Burst> reads;
  bool write_failed = false;
  unsigned quiet_clocks = 0;  // in a row, of a card that rests with nothing at its MACs
  unsigned rest_clocks = 0;
  uint64_t clocks = 0;
};

CardModel::CardModel(std::span<uint8_t> memory, const CardModelConfig& config)
    : impl_(std::make_unique<Impl>(memory, config)) {}

CardModel::~CardModel() {
  impl_->top->final();
#if VM_TRACE
  if (impl_->trace) {
    impl_->trace->close();
  }
#endif
}

bool CardModel::axi_write(uint32_t address, uint32_t value) {
  Vcard_top& top = *impl_->top;
  impl_->quiet_clocks = 0;
  top.s_awvalid_i = 1;
  top.s_awaddr_i = static_cast<uint16_t>(address);
  top.s_wvalid_i = 1;
  top.s_wdata_i = value;
  impl_->tick();  // both are taken: nothing is under way before
  top.s_awvalid_i = 0;
  top.s_wvalid_i = 0;
  top.s_wdata_i = 0;
  for (unsigned i = 0; i < kBusClocks; ++i) {
    const bool answered = top.s_bvalid_o != 0;
    const bool good = top.s_bresp_o == 0;
    impl_->tick();
    if (answered) {
      return good;
    }
  }
  return false;
}

bool CardModel::axi_read(uint32_t address, uint32_t& value) {
  Vcard_top& top = *impl_->top;
  top.s_arvalid_i = 1;
  top.s_araddr_i = static_cast<uint16_t>(address);
  impl_->tick();
  top.s_arvalid_i = 0;
  for (unsigned i = 0; i < kBusClocks; ++i) {
    const bool answered = top.s_rvalid_o != 0;
    const bool good = top.s_rresp_o == 0;
    const uint32_t data = top.s_rdata_o;
    impl_->tick();
    if (answered) {
      value = data;
      return good;
    }
  }
  return false;
}

void CardModel::put_frame(unsigned port, std::span<const uint8_t> frame) {
  impl_->in[port].emplace_back(frame.begin(), frame.end());
  impl_->quiet_clocks = 0;
}
size_t CardModel::frames_waiting(unsigned port) const { return impl_->in[port].size(); }

bool CardModel::take_frame(unsigned port, std::vector<uint8_t>& frame) {
  auto& queue = impl_->out[port];
  if (queue.empty()) {
    return false;
  }
  frame = std::move(queue.front());
  queue.pop_front();
  return true;
}

void CardModel::set_time_ms(uint32_t milliseconds) {
  if (impl_->top->time_ms_i != milliseconds) {
    impl_->top->time_ms_i = milliseconds;
    impl_->quiet_clocks = 0;
  }
}
void CardModel::clock(unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    impl_->tick();
  }
}
bool CardModel::idle() const { return impl_->quiet_clocks >= kQuietClocks; }
bool CardModel::interrupt() const { return impl_->top->interrupt_o != 0; }
uint64_t CardModel::clocks() const { return impl_->clocks; }
bool CardModel::can_trace() { return VM_TRACE != 0; }
std::span<const uint8_t> CardModel::state() const {
  return {reinterpret_cast<const uint8_t*>(impl_->top->rootp->vlSymsp), sizeof(Vcard_top__Syms)};
}

}  // namespace vitrine::sim
