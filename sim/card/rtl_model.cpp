#include "host/card/sim/rtl_model.h"

#include <memory>

#include "sim/card/card_model.h"

namespace vitrine::card::sim {
namespace {

class RtlModel final : public Model {
 public:
  RtlModel(MutableBytes memory, const vitrine::sim::CardModelConfig& config)
      : card_(memory, config) {}

  bool axi_write(uint32_t address, uint32_t value) override {
    return card_.axi_write(address, value);
  }
  bool axi_read(uint32_t address, uint32_t& value) override {
    return card_.axi_read(address, value);
  }
  void put_frame(unsigned port, Bytes frame) override { card_.put_frame(port, frame); }
  size_t frames_waiting(unsigned port) const override { return card_.frames_waiting(port); }
  bool take_frame(unsigned port, std::vector<uint8_t>& frame) override {
    return card_.take_frame(port, frame);
  }
  void set_time_ms(uint32_t milliseconds) override { card_.set_time_ms(milliseconds); }
  void clock(unsigned count) override { card_.clock(count); }
  bool idle() const override { return card_.idle(); }
  bool interrupt() const override { return card_.interrupt(); }
  uint64_t clocks() const override { return card_.clocks(); }

 private:
  vitrine::sim::CardModel card_;
};

}  // namespace

Result<SimBus::MakeModel> rtl_model(const std::string& trace_file) {
  vitrine::sim::CardModelConfig config;
  config.trace_file = trace_file;
  config.paced = true;
  if (!trace_file.empty() && !vitrine::sim::CardModel::can_trace()) {
    return {Code::kUnsupported,
            "card: this build writes no waves: configure it with -DVITRINE_TRACE=ON"};
  }
  return SimBus::MakeModel([config](MutableBytes memory) -> std::unique_ptr<Model> {
    return std::make_unique<RtlModel>(memory, config);
  });
}

}  // namespace vitrine::card::sim
