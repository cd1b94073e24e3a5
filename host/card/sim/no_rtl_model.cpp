#include "host/card/sim/rtl_model.h"

namespace vitrine::card::sim {

Result<SimBus::MakeModel> rtl_model(const std::string&) {
  return {Code::kUnsupported,
          "card: this build has no simulated card: build with VITRINE_RTL=ON, or use --card soft"};
}

}  // namespace vitrine::card::sim
