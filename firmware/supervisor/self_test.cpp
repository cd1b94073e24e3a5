#include "firmware/supervisor/self_test.h"

#include "firmware/base/hardware.h"
#include "firmware/drivers/card.h"
#include "firmware/drivers/lanes.h"
#include "firmware/supervisor/known_answers.h"

namespace vitrine::firmware {
namespace {

constexpr uint32_t kMagic = 0x5654'5245;  // "VTRE"
constexpr uint32_t kTagDetail = 64;
constexpr uint32_t kLegDetail = 32;
constexpr uint32_t kHungDetail = 255;

constexpr SelfTestResult failed(SelfTestStep step, uint32_t detail) {
  return {.step = step, .detail = detail};
}
constexpr SelfTestResult kAllWell = {.step = SelfTestStep::kPassed, .detail = 0};

// Everything is read, also behind a difference: the test takes as long on a card that fails.
SelfTestResult compare(const KnownAnswer& known) {
  SelfTestResult result = kAllWell;
  for (uint32_t i = lanes::kSumWords; i-- > 0;) {
    if (lanes::in_sum(i) != known.in_tag[i] || lanes::out_sum(i) != known.out_tag[i]) {
      result = failed(SelfTestStep::kLanes, kTagDetail);
    }
  }
  for (uint32_t i = lanes::kTextWords; i-- > 0;) {
    if (lanes::out(i) != known.out[i]) {
      result = failed(SelfTestStep::kLanes, kLegDetail + i / 4);
    }
  }
  for (uint32_t i = lanes::kTextWords; i-- > 0;) {
    if (lanes::plain(i) != known.plain[i]) {
      result = failed(SelfTestStep::kLanes, i / 4);
    }
  }
  return result;
}

SelfTestResult test_lanes_with(const KnownAnswer& known) {
  for (uint32_t i = 0; i < kOperandWords; ++i) {
    lanes::put(i, known.operands[i]);
  }
  if (lanes::run(known.aes256) != Error::kOk) {
    return failed(SelfTestStep::kLanes, kHungDetail);
  }
  return compare(known);
}

}  // namespace

SelfTestResult test_registers() {
  using namespace card_regs;
  if (read_card(kIdentityMagic) != kMagic) {
    return failed(SelfTestStep::kRegisters, kIdentityMagic);
  }
  if (read_card(kIdentityMapHash) != kMapHash) {
    return failed(SelfTestStep::kRegisters, kIdentityMapHash);
  }
  for (uint32_t bit = 0; bit < 32; ++bit) {
    const uint32_t one = 1U << bit;
    write_card(kIdentityScratch, one);
    const bool kept = read_card(kIdentityScratch) == one;
    write_card(kIdentityScratch, ~one);
    if (!kept || read_card(kIdentityScratch) != ~one) {
      return failed(SelfTestStep::kRegisters, kIdentityScratch);
    }
  }
  return kAllWell;
}

SelfTestResult test_memory(uint32_t first, uint32_t end) {
  for (uint32_t at = first; at != end; at += 4) {
    write32(at, at);
  }
  for (uint32_t at = first; at != end; at += 4) {
    if (read32(at) != at) {
      return failed(SelfTestStep::kMemory, at);
    }
    write32(at, ~at);
  }
  for (uint32_t at = end; at != first;) {
    at -= 4;
    if (read32(at) != ~at) {
      return failed(SelfTestStep::kMemory, at);
    }
    write32(at, 0);
  }
  return kAllWell;
}

SelfTestResult test_lanes() {
  for (const KnownAnswer& known : kKnownAnswers) {
    if (const SelfTestResult result = test_lanes_with(known); !result.passed()) {
      return result;
    }
  }
  return kAllWell;
}

}  // namespace vitrine::firmware
