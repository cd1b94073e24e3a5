#include "host/card/soft/egress.h"

namespace vitrine::card::soft {

void Egress::add(const WireFrame& frame, EgressClass egress_class) {
  if (count_ == kBatch) {
    flush();
  }
  frames_[count_] = frame;
  classes_[count_] = egress_class;
  ++count_;
}

void Egress::flush() {
  if (count_ == 0) {
    return;
  }
  std::array<bool, kBatch> accepted{};
  port_.send({frames_.data(), count_}, accepted);
  for (size_t i = 0; i < count_; ++i) {
    switch (classes_[i]) {
      case EgressClass::kForwarded:
        counters_.forwarded += accepted[i] ? 1U : 0U;
        break;
      case EgressClass::kSpliced:
        counters_.spliced += accepted[i] ? 1U : 0U;
        break;
      case EgressClass::kInjected:
        ++counters_.injected_egress;
        counters_.egress_lost += accepted[i] ? 0U : 1U;
        continue;
    }
    if (!accepted[i]) {
      ++counters_.dropped[static_cast<size_t>(DropReason::kEgressFull)];
    }
  }
  count_ = 0;
}

}  // namespace vitrine::card::soft
