// An AXI4-Lite master for a model with the ports awvalid_i ... rresp_o: whole reads and writes, one
// at a time.
//
// Address and data of a write come in any order, and ready for responses late, by random stalls. It
// checks that responses stay as they are until they are taken. Each call ticks the model until the
// response is there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/bench/support/clocked.h"
#include "sim/bench/support/stalls.h"

namespace vitrine::bench {

enum class AxiResponse : uint8_t {
  kOkay = 0,
  kExclusive = 1,
  kSlaveError = 2,
  kDecodeError = 3,
  kNone = 0xff
};

struct AxiRead {
  uint32_t data = 0;
  AxiResponse response = AxiResponse::kNone;
};

template <typename Model>
class AxiLiteMaster {
 public:
  static constexpr int kLimit = 200;  // clocks

  explicit AxiLiteMaster(Clocked<Model>& model, unsigned stall_percent = 0, uint64_t seed = 1)
      : model_(model), stalls_(stall_percent, seed) {
    model_->awvalid_i = model_->wvalid_i = model_->arvalid_i = 0;
    model_->bready_i = model_->rready_i = 0;
  }

  AxiResponse write(uint32_t address, uint32_t data, uint8_t strobe = 0xf) {
    bool address_waits = true;
    bool data_waits = true;
    for (int i = 0; i < kLimit; ++i) {
      offer(model_->awvalid_i, address_waits);
      offer(model_->wvalid_i, data_waits);
      assign(model_->awaddr_i, address);
      model_->wdata_i = data;
      model_->wstrb_i = strobe;
      model_->bready_i = stalls_.next() ? 0 : 1;
      settle();
      address_waits = address_waits && !(model_->awvalid_i != 0 && model_->awready_o != 0);
      data_waits = data_waits && !(model_->wvalid_i != 0 && model_->wready_o != 0);
      check(model_->bvalid_o != 0, model_->bready_i != 0, model_->bresp_o, 0);
      const bool done = model_->bvalid_o != 0 && model_->bready_i != 0;
      if (done && (address_waits || data_waits)) {
        violations_.emplace_back("a write was answered before it was there");
      }
      const auto response = static_cast<AxiResponse>(model_->bresp_o);
      model_.tick();
      model_->awvalid_i = address_waits ? model_->awvalid_i : 0;
      model_->wvalid_i = data_waits ? model_->wvalid_i : 0;
      if (done) {
        model_->bready_i = 0;
        return response;
      }
    }
    violations_.emplace_back("a write without a response");
    return AxiResponse::kNone;
  }

  AxiRead read(uint32_t address) {
    bool waits = true;
    for (int i = 0; i < kLimit; ++i) {
      offer(model_->arvalid_i, waits);
      assign(model_->araddr_i, address);
      model_->rready_i = stalls_.next() ? 0 : 1;
      settle();
      waits = waits && !(model_->arvalid_i != 0 && model_->arready_o != 0);
      check(model_->rvalid_o != 0, model_->rready_i != 0, model_->rresp_o, model_->rdata_o);
      const bool done = model_->rvalid_o != 0 && model_->rready_i != 0;
      const AxiRead result{model_->rdata_o, static_cast<AxiResponse>(model_->rresp_o)};
      model_.tick();
      model_->arvalid_i = waits ? model_->arvalid_i : 0;
      if (done) {
        model_->rready_i = 0;
        return result;
      }
    }
    violations_.emplace_back("a read without a response");
    return {};
  }

  const std::vector<std::string>& violations() const { return violations_; }

 private:
  // Once valid stands it stays until ready.
  template <typename Signal>
  void offer(Signal& valid, bool waits) {
    if (waits && valid == 0 && !stalls_.next()) {
      valid = 1;
    }
  }
  // The bus is as wide as the model says.
  template <typename Signal>
  static void assign(Signal& signal, uint32_t value) {
    signal = static_cast<Signal>(value);
  }
  void settle() {
    model_->clk_i = 0;
    model_->eval();
  }
  void check(bool valid, bool ready, uint8_t response, uint32_t data) {
    if (held_ && (!valid || response != held_response_ || data != held_data_)) {
      violations_.emplace_back("a response on offer changed before it was taken");
    }
    held_ = valid && !ready;
    held_response_ = response;
    held_data_ = data;
  }

  Clocked<Model>& model_;
  Stalls stalls_;
  std::vector<std::string> violations_;
  bool held_ = false;
  uint8_t held_response_ = 0;
  uint32_t held_data_ = 0;
};

}  // namespace vitrine::bench
