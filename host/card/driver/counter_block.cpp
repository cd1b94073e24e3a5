#include "host/card/driver/counter_block.h"

#include <array>
#include <span>

#include "host/card/regs.h"

namespace vitrine::card::driver {
namespace {

constexpr uint32_t kFirst = regs::kCountersReceivedInsideLo;
constexpr size_t kGeneral = (regs::kCountersRefusedOutsideLo - kFirst) / 8 + 1;

// The counters that begin at `first`.
template <size_t N>
Result<std::array<uint64_t, N>> read64(Bus& bus, uint32_t first) {
  std::array<uint32_t, 2 * N> words{};
  if (Status read = bus.read_block(first, words); !read) {
    return read;
  }
  std::array<uint64_t, N> out{};
  for (size_t i = 0; i < N; ++i) {
    out[i] = words[2 * i] | static_cast<uint64_t>(words[2 * i + 1]) << 32;
  }
  return out;
}

}  // namespace

Result<Counters> read_counters(Bus& bus) {
  if (Status taken = bus.write32(regs::kCountersSnapshot, regs::kCountersSnapshotTake.mask());
      !taken) {
    return taken;
  }
  const auto general = read64<kGeneral>(bus, kFirst);
  const auto dropped = read64<kDropReasons>(bus, regs::kCountersDroppedRuleLo);
  const auto punted = read64<kPuntReasons>(bus, regs::kCountersPuntedRuleLo);
  const auto flows = bus.read32(regs::kFlowsCount);
  for (const Status& status :
       {general.status(), dropped.status(), punted.status(), flows.status()}) {
    if (!status) {
      return status;
    }
  }
  const auto at = [&](uint32_t address) { return (*general)[(address - kFirst) / 8]; };
  Counters out;
  out.received = {at(regs::kCountersReceivedInsideLo), at(regs::kCountersReceivedOutsideLo)};
  out.missed = {at(regs::kCountersMissedInsideLo), at(regs::kCountersMissedOutsideLo)};
  out.injected = at(regs::kCountersInjectedLo);
  out.forwarded = at(regs::kCountersForwardedLo);
  out.spliced = at(regs::kCountersSplicedLo);
  out.held = at(regs::kCountersHeldLo);
  out.injected_egress = at(regs::kCountersInjectedEgressLo);
  out.egress_lost = at(regs::kCountersEgressLostLo);
  out.cut = at(regs::kCountersCutLo);
  out.events_lost = at(regs::kCountersEventsLostLo);
  out.tap_lost = at(regs::kCountersTapLostLo);
  out.flow_table_full = at(regs::kCountersFlowTableFullLo);
  out.dropped = *dropped;
  out.punted = *punted;
  out.flows = *flows;
  return out;
}

}  // namespace vitrine::card::driver
