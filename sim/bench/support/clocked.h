// A Verilated model with its clock, its agents and its waves.
//
// Model has ports clk_i and rst_ni. A clock is: agents drive, outputs settle, agents sample, rising
// edge. Registers that reset does not reach start with random values, so that nothing rests on
// zeros. Waves: configure with -DVITRINE_TRACE=ON and set VITRINE_WAVES to the file to be written.
// An assertion of the RTL that fails ends the process, with its file and line on the terminal.
#pragma once

#include <verilated.h>
#if VM_TRACE
#include <verilated_fst_c.h>
#endif
#if VM_COVERAGE
#include <verilated_cov.h>
#endif

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/bench/support/agent.h"

namespace vitrine::bench {

template <typename Model>
class Clocked {
 public:
  explicit Clocked(int seed = 1) {
    context_.randReset(2);
    context_.randSeed(seed);
    context_.traceEverOn(VM_TRACE != 0);
    model_ = std::make_unique<Model>(&context_);
#if VM_TRACE
    if (const char* path = std::getenv("VITRINE_WAVES"); path != nullptr) {
      model_->trace(&waves_, 99);
      waves_.open(path);
    }
#endif
  }
  ~Clocked() {
    model_->final();
#if VM_COVERAGE
    if (const char* path = std::getenv("VITRINE_COVERAGE_FILE"); path != nullptr) {
      static int models = 0;  // a bench makes many, and each has its own counts
      context_.coveragep()->write((std::string(path) + "." + std::to_string(models++)).c_str());
    }
#endif
  }
  Clocked(const Clocked&) = delete;
  Clocked& operator=(const Clocked&) = delete;

  Model* operator->() { return model_.get(); }
  Model& operator*() { return *model_; }
  uint64_t clocks() const { return clocks_; }

  // The agent must outlive the last tick().
  void add(Agent& agent) { agents_.push_back(&agent); }

  void tick() {
    for (Agent* agent : agents_) {
      agent->drive();
    }
    model_->clk_i = 0;
    settle();
    for (Agent* agent : agents_) {
      agent->sample();
    }
    model_->clk_i = 1;
    settle();
    ++clocks_;
  }
  void ticks(uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) {
      tick();
    }
  }
  // Ticks until `done` or `limit` clocks have passed; returns whether it was done.
  template <typename Done>
  bool tick_until(Done done, uint64_t limit) {
    for (uint64_t i = 0; i < limit; ++i) {
      if (done()) {
        return true;
      }
      tick();
    }
    return done();
  }

  // Holds reset for a few clocks, with the agents still.
  void reset(uint64_t clocks = 4) {
    auto agents = std::exchange(agents_, {});
    model_->rst_ni = 0;
    ticks(clocks);
    model_->rst_ni = 1;
    agents_ = std::move(agents);
  }

 private:
  void settle() {
    model_->eval();
    context_.timeInc(1);
#if VM_TRACE
    if (waves_.isOpen()) {
      waves_.dump(context_.time());
    }
#endif
  }

  VerilatedContext context_;
  std::unique_ptr<Model> model_;
#if VM_TRACE
  VerilatedFstC waves_;
#endif
  std::vector<Agent*> agents_;
  uint64_t clocks_ = 0;
};

}  // namespace vitrine::bench
