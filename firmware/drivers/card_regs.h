// Registers for the firmware. Written by hw/regs/generate from hw/regs/card.yaml.
//
// Changes belong there. Addresses are bytes from the start of the map; registers are 32-bit and
// little-endian.
#pragma once

#include <stdint.h>

// clang-format off: one register a line, whatever its length.
namespace vitrine::firmware::card_regs {

struct Field {
  uint8_t low;
  uint8_t bits;
  constexpr uint32_t mask() const { return (bits == 32 ? 0xffffffffU : (1U << bits) - 1U) << low; }
  constexpr uint32_t get(uint32_t value) const { return (value & mask()) >> low; }
  constexpr uint32_t put(uint32_t value) const { return (value << low) & mask(); }
};

inline constexpr uint32_t kMapMajor = 1;
inline constexpr uint32_t kMapMinor = 0;
inline constexpr uint32_t kMapHash = 0xb538ea7f;

// identity
inline constexpr uint32_t kIdentityMagic = 0x0000;
inline constexpr uint32_t kIdentityMapVersion = 0x0004;
inline constexpr Field kIdentityMapVersionMajor = {16, 16};
inline constexpr Field kIdentityMapVersionMinor = {0, 16};
inline constexpr uint32_t kIdentityMapHash = 0x0008;
inline constexpr uint32_t kIdentityBuild = 0x000c;
inline constexpr uint32_t kIdentityCapacity = 0x0010;
inline constexpr Field kIdentityCapacityFlowsLog2 = {0, 8};
inline constexpr Field kIdentityCapacityContextsLog2 = {8, 8};
inline constexpr Field kIdentityCapacityRulesLog2 = {16, 8};
inline constexpr Field kIdentityCapacityLanes = {24, 8};
inline constexpr uint32_t kIdentityScratch = 0x0014;

// control
inline constexpr uint32_t kControlControl = 0x0100;
inline constexpr Field kControlControlRun = {0, 1};
inline constexpr Field kControlControlFailOpen = {1, 1};
inline constexpr uint32_t kControlStatus = 0x0104;
inline constexpr Field kControlStatusReady = {0, 1};
inline constexpr Field kControlStatusRunning = {1, 1};
inline constexpr Field kControlStatusHostLost = {2, 1};
inline constexpr Field kControlStatusZeroizing = {3, 1};
inline constexpr uint32_t kControlZeroize = 0x0108;
inline constexpr Field kControlZeroizeStart = {0, 1};
inline constexpr uint32_t kControlZeroizeCount = 0x010c;

// heartbeat
inline constexpr uint32_t kHeartbeatBeat = 0x0200;
inline constexpr uint32_t kHeartbeatLimit = 0x0204;
inline constexpr uint32_t kHeartbeatAge = 0x0208;

// events
inline constexpr uint32_t kEventsStatus = 0x0300;
inline constexpr Field kEventsStatusPunt = {0, 1};
inline constexpr Field kEventsStatusTap = {1, 1};
inline constexpr Field kEventsStatusInject = {2, 1};
inline constexpr Field kEventsStatusFlowDone = {3, 1};
inline constexpr Field kEventsStatusRuleDone = {4, 1};
inline constexpr Field kEventsStatusHostLost = {5, 1};
inline constexpr Field kEventsStatusZeroized = {6, 1};
inline constexpr Field kEventsStatusDmaError = {7, 1};
inline constexpr Field kEventsStatusInternalError = {8, 1};
inline constexpr uint32_t kEventsEnable = 0x0304;
inline constexpr Field kEventsEnableMask = {0, 9};

// rules
inline constexpr uint32_t kRulesCommand = 0x0400;
inline constexpr Field kRulesCommandOperation = {0, 4};
inline constexpr Field kRulesCommandIndex = {16, 16};
inline constexpr uint32_t kRulesStatus = 0x0404;
inline constexpr Field kRulesStatusBusy = {0, 1};
inline constexpr Field kRulesStatusResult = {4, 4};
inline constexpr uint32_t kRulesVersion = 0x0408;
inline constexpr uint32_t kRulesActiveVersion = 0x040c;
inline constexpr uint32_t kRulesOtherwise = 0x0410;
inline constexpr Field kRulesOtherwiseAction = {0, 2};

// flows
inline constexpr uint32_t kFlowsCommand = 0x0500;
inline constexpr Field kFlowsCommandOperation = {0, 4};
inline constexpr Field kFlowsCommandDirection = {4, 1};
inline constexpr uint32_t kFlowsStatus = 0x0504;
inline constexpr Field kFlowsStatusBusy = {0, 1};
inline constexpr Field kFlowsStatusResult = {4, 4};
inline constexpr uint32_t kFlowsCount = 0x0508;
inline constexpr uint32_t kFlowsSeed = 0x050c;
inline constexpr uint32_t kFlowsResult0 = 0x0540;
inline constexpr uint32_t kFlowsResult1 = 0x0544;
inline constexpr uint32_t kFlowsResult2 = 0x0548;
inline constexpr uint32_t kFlowsResult3 = 0x054c;
inline constexpr uint32_t kFlowsResult4 = 0x0550;
inline constexpr uint32_t kFlowsResult5 = 0x0554;
inline constexpr uint32_t kFlowsResult6 = 0x0558;
inline constexpr uint32_t kFlowsResult7 = 0x055c;
inline constexpr uint32_t kFlowsResult8 = 0x0560;
inline constexpr uint32_t kFlowsResult9 = 0x0564;
inline constexpr uint32_t kFlowsResult10 = 0x0568;
inline constexpr uint32_t kFlowsResult11 = 0x056c;
inline constexpr uint32_t kFlowsResult12 = 0x0570;
inline constexpr uint32_t kFlowsResult13 = 0x0574;
inline constexpr uint32_t kFlowsResult14 = 0x0578;
inline constexpr uint32_t kFlowsResult15 = 0x057c;
inline constexpr uint32_t kFlowsResult16 = 0x0580;
inline constexpr uint32_t kFlowsResult17 = 0x0584;
inline constexpr uint32_t kFlowsResult18 = 0x0588;
inline constexpr uint32_t kFlowsResult19 = 0x058c;
inline constexpr uint32_t kFlowsResult20 = 0x0590;
inline constexpr uint32_t kFlowsResult21 = 0x0594;
inline constexpr uint32_t kFlowsResult22 = 0x0598;
inline constexpr uint32_t kFlowsResult23 = 0x059c;
inline constexpr uint32_t kFlowsResult24 = 0x05a0;
inline constexpr uint32_t kFlowsResult25 = 0x05a4;
inline constexpr uint32_t kFlowsResult26 = 0x05a8;
inline constexpr uint32_t kFlowsResult27 = 0x05ac;
inline constexpr uint32_t kFlowsResult28 = 0x05b0;
inline constexpr uint32_t kFlowsResult29 = 0x05b4;
inline constexpr uint32_t kFlowsResult30 = 0x05b8;
inline constexpr uint32_t kFlowsResult31 = 0x05bc;

// rings
inline constexpr uint32_t kRingsPuntBaseLo = 0x0600;
inline constexpr uint32_t kRingsPuntBaseHi = 0x0604;
inline constexpr uint32_t kRingsPuntSize = 0x0608;
inline constexpr uint32_t kRingsPuntHead = 0x060c;
inline constexpr uint32_t kRingsPuntTail = 0x0610;
inline constexpr uint32_t kRingsInjectBaseLo = 0x0620;
inline constexpr uint32_t kRingsInjectBaseHi = 0x0624;
inline constexpr uint32_t kRingsInjectSize = 0x0628;
inline constexpr uint32_t kRingsInjectHead = 0x062c;
inline constexpr uint32_t kRingsInjectTail = 0x0630;
inline constexpr uint32_t kRingsTapBaseLo = 0x0640;
inline constexpr uint32_t kRingsTapBaseHi = 0x0644;
inline constexpr uint32_t kRingsTapSize = 0x0648;
inline constexpr uint32_t kRingsTapHead = 0x064c;
inline constexpr uint32_t kRingsTapTail = 0x0650;

// counters
inline constexpr uint32_t kCountersSnapshot = 0x0800;
inline constexpr Field kCountersSnapshotTake = {0, 1};
inline constexpr uint32_t kCountersReceivedInsideLo = 0x0808;
inline constexpr uint32_t kCountersReceivedInsideHi = 0x080c;
inline constexpr uint32_t kCountersReceivedOutsideLo = 0x0810;
inline constexpr uint32_t kCountersReceivedOutsideHi = 0x0814;
inline constexpr uint32_t kCountersMissedInsideLo = 0x0818;
inline constexpr uint32_t kCountersMissedInsideHi = 0x081c;
inline constexpr uint32_t kCountersMissedOutsideLo = 0x0820;
inline constexpr uint32_t kCountersMissedOutsideHi = 0x0824;
inline constexpr uint32_t kCountersInjectedLo = 0x0828;
inline constexpr uint32_t kCountersInjectedHi = 0x082c;
inline constexpr uint32_t kCountersForwardedLo = 0x0830;
inline constexpr uint32_t kCountersForwardedHi = 0x0834;
inline constexpr uint32_t kCountersSplicedLo = 0x0838;
inline constexpr uint32_t kCountersSplicedHi = 0x083c;
inline constexpr uint32_t kCountersHeldLo = 0x0840;
inline constexpr uint32_t kCountersHeldHi = 0x0844;
inline constexpr uint32_t kCountersInjectedEgressLo = 0x0848;
inline constexpr uint32_t kCountersInjectedEgressHi = 0x084c;
inline constexpr uint32_t kCountersEgressLostLo = 0x0850;
inline constexpr uint32_t kCountersEgressLostHi = 0x0854;
inline constexpr uint32_t kCountersCutLo = 0x0858;
inline constexpr uint32_t kCountersCutHi = 0x085c;
inline constexpr uint32_t kCountersEventsLostLo = 0x0860;
inline constexpr uint32_t kCountersEventsLostHi = 0x0864;
inline constexpr uint32_t kCountersTapLostLo = 0x0868;
inline constexpr uint32_t kCountersTapLostHi = 0x086c;
inline constexpr uint32_t kCountersFlowTableFullLo = 0x0870;
inline constexpr uint32_t kCountersFlowTableFullHi = 0x0874;
inline constexpr uint32_t kCountersRefusedInsideLo = 0x0878;
inline constexpr uint32_t kCountersRefusedInsideHi = 0x087c;
inline constexpr uint32_t kCountersRefusedOutsideLo = 0x0880;
inline constexpr uint32_t kCountersRefusedOutsideHi = 0x0884;
inline constexpr uint32_t kCountersDroppedRuleLo = 0x0900;
inline constexpr uint32_t kCountersDroppedRuleHi = 0x0904;
inline constexpr uint32_t kCountersDroppedMalformedLo = 0x0908;
inline constexpr uint32_t kCountersDroppedMalformedHi = 0x090c;
inline constexpr uint32_t kCountersDroppedEgressFullLo = 0x0910;
inline constexpr uint32_t kCountersDroppedEgressFullHi = 0x0914;
inline constexpr uint32_t kCountersDroppedPuntFullLo = 0x0918;
inline constexpr uint32_t kCountersDroppedPuntFullHi = 0x091c;
inline constexpr uint32_t kCountersDroppedUnseenHeaderLo = 0x0920;
inline constexpr uint32_t kCountersDroppedUnseenHeaderHi = 0x0924;
inline constexpr uint32_t kCountersDroppedIncompleteRecordLo = 0x0928;
inline constexpr uint32_t kCountersDroppedIncompleteRecordHi = 0x092c;
inline constexpr uint32_t kCountersDroppedHoleLimitLo = 0x0930;
inline constexpr uint32_t kCountersDroppedHoleLimitHi = 0x0934;
inline constexpr uint32_t kCountersDroppedRingFullLo = 0x0938;
inline constexpr uint32_t kCountersDroppedRingFullHi = 0x093c;
inline constexpr uint32_t kCountersDroppedAwaitingKeysLo = 0x0940;
inline constexpr uint32_t kCountersDroppedAwaitingKeysHi = 0x0944;
inline constexpr uint32_t kCountersDroppedHoldFullLo = 0x0948;
inline constexpr uint32_t kCountersDroppedHoldFullHi = 0x094c;
inline constexpr uint32_t kCountersDroppedFlowDeadLo = 0x0950;
inline constexpr uint32_t kCountersDroppedFlowDeadHi = 0x0954;
inline constexpr uint32_t kCountersDroppedBadRecordLo = 0x0958;
inline constexpr uint32_t kCountersDroppedBadRecordHi = 0x095c;
inline constexpr uint32_t kCountersDroppedProtocolLo = 0x0960;
inline constexpr uint32_t kCountersDroppedProtocolHi = 0x0964;
inline constexpr uint32_t kCountersDroppedUnsplicableLo = 0x0968;
inline constexpr uint32_t kCountersDroppedUnsplicableHi = 0x096c;
inline constexpr uint32_t kCountersDroppedImpairedLo = 0x0970;
inline constexpr uint32_t kCountersDroppedImpairedHi = 0x0974;
inline constexpr uint32_t kCountersDroppedNotReadyLo = 0x0978;
inline constexpr uint32_t kCountersDroppedNotReadyHi = 0x097c;
inline constexpr uint32_t kCountersDroppedChecksumLo = 0x0980;
inline constexpr uint32_t kCountersDroppedChecksumHi = 0x0984;
inline constexpr uint32_t kCountersPuntedRuleLo = 0x0a00;
inline constexpr uint32_t kCountersPuntedRuleHi = 0x0a04;
inline constexpr uint32_t kCountersPuntedFlowLo = 0x0a08;
inline constexpr uint32_t kCountersPuntedFlowHi = 0x0a0c;
inline constexpr uint32_t kCountersPuntedFragmentLo = 0x0a10;
inline constexpr uint32_t kCountersPuntedFragmentHi = 0x0a14;
inline constexpr uint32_t kCountersPuntedExtensionHeaderLo = 0x0a18;
inline constexpr uint32_t kCountersPuntedExtensionHeaderHi = 0x0a1c;
inline constexpr uint32_t kCountersPuntedDeadFlowLo = 0x0a20;
inline constexpr uint32_t kCountersPuntedDeadFlowHi = 0x0a24;

inline constexpr uint32_t kFlowMailbox = 0x1000;
inline constexpr uint32_t kFlowMailboxWords = 256;
inline constexpr uint32_t kRuleMailbox = 0x1400;
inline constexpr uint32_t kRuleMailboxWords = 32;

}  // namespace vitrine::firmware::card_regs
// clang-format on
