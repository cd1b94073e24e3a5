// Registers for the firmware. Written by hw/regs/generate from hw/regs/core.yaml.
//
// Changes belong there. Addresses are bytes from the start of the map; registers are 32-bit and
// little-endian.
#pragma once

#include <stdint.h>

// clang-format off: one register a line, whatever its length.
namespace vitrine::firmware::core_regs {

struct Field {
  uint8_t low;
  uint8_t bits;
  constexpr uint32_t mask() const { return (bits == 32 ? 0xffffffffU : (1U << bits) - 1U) << low; }
  constexpr uint32_t get(uint32_t value) const { return (value & mask()) >> low; }
  constexpr uint32_t put(uint32_t value) const { return (value << low) & mask(); }
};

inline constexpr uint32_t kMapMajor = 1;
inline constexpr uint32_t kMapMinor = 0;
inline constexpr uint32_t kMapHash = 0xdda1e319;

// clint
inline constexpr uint32_t kClintMsip = 0x2000000;
inline constexpr uint32_t kClintMtimecmpLo = 0x2004000;
inline constexpr uint32_t kClintMtimecmpHi = 0x2004004;
inline constexpr uint32_t kClintMtimeLo = 0x200bff8;
inline constexpr uint32_t kClintMtimeHi = 0x200bffc;

// mailbox
inline constexpr uint32_t kMailboxStatus = 0x10000000;
inline constexpr Field kMailboxStatusWaiting = {0, 1};
inline constexpr uint32_t kMailboxEnable = 0x10000004;
inline constexpr Field kMailboxEnableWaiting = {0, 1};

// lanes
inline constexpr uint32_t kLanesControl = 0x4000f000;
inline constexpr Field kLanesControlStart = {0, 1};
inline constexpr Field kLanesControlAes256 = {1, 1};
inline constexpr uint32_t kLanesStatus = 0x4000f004;
inline constexpr Field kLanesStatusBusy = {0, 1};
inline constexpr Field kLanesStatusLate = {1, 1};
inline constexpr Field kLanesStatusLanes = {8, 8};
inline constexpr uint32_t kLanesInSum0 = 0x4000f040;
inline constexpr uint32_t kLanesInSum1 = 0x4000f044;
inline constexpr uint32_t kLanesInSum2 = 0x4000f048;
inline constexpr uint32_t kLanesInSum3 = 0x4000f04c;
inline constexpr uint32_t kLanesOutSum0 = 0x4000f050;
inline constexpr uint32_t kLanesOutSum1 = 0x4000f054;
inline constexpr uint32_t kLanesOutSum2 = 0x4000f058;
inline constexpr uint32_t kLanesOutSum3 = 0x4000f05c;
inline constexpr uint32_t kLanesPlain0 = 0x4000f080;
inline constexpr uint32_t kLanesPlain1 = 0x4000f084;
inline constexpr uint32_t kLanesPlain2 = 0x4000f088;
inline constexpr uint32_t kLanesPlain3 = 0x4000f08c;
inline constexpr uint32_t kLanesPlain4 = 0x4000f090;
inline constexpr uint32_t kLanesPlain5 = 0x4000f094;
inline constexpr uint32_t kLanesPlain6 = 0x4000f098;
inline constexpr uint32_t kLanesPlain7 = 0x4000f09c;
inline constexpr uint32_t kLanesPlain8 = 0x4000f0a0;
inline constexpr uint32_t kLanesPlain9 = 0x4000f0a4;
inline constexpr uint32_t kLanesPlain10 = 0x4000f0a8;
inline constexpr uint32_t kLanesPlain11 = 0x4000f0ac;
inline constexpr uint32_t kLanesPlain12 = 0x4000f0b0;
inline constexpr uint32_t kLanesPlain13 = 0x4000f0b4;
inline constexpr uint32_t kLanesPlain14 = 0x4000f0b8;
inline constexpr uint32_t kLanesPlain15 = 0x4000f0bc;
inline constexpr uint32_t kLanesPlain16 = 0x4000f0c0;
inline constexpr uint32_t kLanesPlain17 = 0x4000f0c4;
inline constexpr uint32_t kLanesPlain18 = 0x4000f0c8;
inline constexpr uint32_t kLanesPlain19 = 0x4000f0cc;
inline constexpr uint32_t kLanesPlain20 = 0x4000f0d0;
inline constexpr uint32_t kLanesPlain21 = 0x4000f0d4;
inline constexpr uint32_t kLanesPlain22 = 0x4000f0d8;
inline constexpr uint32_t kLanesPlain23 = 0x4000f0dc;
inline constexpr uint32_t kLanesPlain24 = 0x4000f0e0;
inline constexpr uint32_t kLanesPlain25 = 0x4000f0e4;
inline constexpr uint32_t kLanesPlain26 = 0x4000f0e8;
inline constexpr uint32_t kLanesPlain27 = 0x4000f0ec;
inline constexpr uint32_t kLanesPlain28 = 0x4000f0f0;
inline constexpr uint32_t kLanesPlain29 = 0x4000f0f4;
inline constexpr uint32_t kLanesPlain30 = 0x4000f0f8;
inline constexpr uint32_t kLanesPlain31 = 0x4000f0fc;
inline constexpr uint32_t kLanesOut0 = 0x4000f100;
inline constexpr uint32_t kLanesOut1 = 0x4000f104;
inline constexpr uint32_t kLanesOut2 = 0x4000f108;
inline constexpr uint32_t kLanesOut3 = 0x4000f10c;
inline constexpr uint32_t kLanesOut4 = 0x4000f110;
inline constexpr uint32_t kLanesOut5 = 0x4000f114;
inline constexpr uint32_t kLanesOut6 = 0x4000f118;
inline constexpr uint32_t kLanesOut7 = 0x4000f11c;
inline constexpr uint32_t kLanesOut8 = 0x4000f120;
inline constexpr uint32_t kLanesOut9 = 0x4000f124;
inline constexpr uint32_t kLanesOut10 = 0x4000f128;
inline constexpr uint32_t kLanesOut11 = 0x4000f12c;
inline constexpr uint32_t kLanesOut12 = 0x4000f130;
inline constexpr uint32_t kLanesOut13 = 0x4000f134;
inline constexpr uint32_t kLanesOut14 = 0x4000f138;
inline constexpr uint32_t kLanesOut15 = 0x4000f13c;
inline constexpr uint32_t kLanesOut16 = 0x4000f140;
inline constexpr uint32_t kLanesOut17 = 0x4000f144;
inline constexpr uint32_t kLanesOut18 = 0x4000f148;
inline constexpr uint32_t kLanesOut19 = 0x4000f14c;
inline constexpr uint32_t kLanesOut20 = 0x4000f150;
inline constexpr uint32_t kLanesOut21 = 0x4000f154;
inline constexpr uint32_t kLanesOut22 = 0x4000f158;
inline constexpr uint32_t kLanesOut23 = 0x4000f15c;
inline constexpr uint32_t kLanesOut24 = 0x4000f160;
inline constexpr uint32_t kLanesOut25 = 0x4000f164;
inline constexpr uint32_t kLanesOut26 = 0x4000f168;
inline constexpr uint32_t kLanesOut27 = 0x4000f16c;
inline constexpr uint32_t kLanesOut28 = 0x4000f170;
inline constexpr uint32_t kLanesOut29 = 0x4000f174;
inline constexpr uint32_t kLanesOut30 = 0x4000f178;
inline constexpr uint32_t kLanesOut31 = 0x4000f17c;

inline constexpr uint32_t kMailboxRequest = 0x10000400;
inline constexpr uint32_t kMailboxRequestWords = 256;
inline constexpr uint32_t kMailboxReply = 0x10000800;
inline constexpr uint32_t kMailboxReplyWords = 256;
inline constexpr uint32_t kLanesOperands = 0x4000f200;
inline constexpr uint32_t kLanesOperandsWords = 64;

}  // namespace vitrine::firmware::core_regs
// clang-format on
