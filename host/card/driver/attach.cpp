#include "host/card/driver/attach.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "host/card/driver/commands.h"
#include "host/card/regs.h"

namespace vitrine::card::driver {
namespace {

// Memories are cleared after power-on: a clock an entry, and a simulation's clocks are slow.
constexpr int kReadyTimeoutMs = 20'000;
constexpr uint32_t kMaxLog2 = 24;
constexpr uint32_t kMaxConnections = 1U << 16;  // an index has 16 bits

std::string hex(uint32_t value) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08x", value);
  return text;
}

constexpr uint32_t reset_of(uint32_t address) {
  for (const regs::Register& r : regs::kRegisters) {
    if (r.address == address) {
      return r.reset;
    }
  }
  return 0;
}

Status check_identity(uint32_t magic, uint32_t version, uint32_t hash) {
  if (magic != reset_of(regs::kIdentityMagic)) {
    return {Code::kUnsupported, "card: no Vitrine card answers (magic " + hex(magic) +
                                    "): load the card's image, or name another device"};
  }
  const uint32_t major = regs::kIdentityMapVersionMajor.get(version);
  if (major != regs::kMapMajor || hash != regs::kMapHash) {
    return {Code::kUnsupported,
            "card: its register map is version " + std::to_string(major) + "." +
                std::to_string(regs::kIdentityMapVersionMinor.get(version)) + ", hash " +
                hex(hash) + ", this host's is " + std::to_string(regs::kMapMajor) + "." +
                std::to_string(regs::kMapMinor) + ", hash " + hex(regs::kMapHash) +
                ": install image and host of the same release"};
  }
  return {};
}

// A bus that drops or swaps bits is found before it costs a key.
Status check_bus(Bus& bus) {
  for (const uint32_t pattern : {0x00000000U, 0xffffffffU, 0xa55a0ff0U, 0x5c7a7c48U}) {
    if (Status written = bus.write32(regs::kIdentityScratch, pattern); !written) {
      return written;
    }
    const auto read = bus.read32(regs::kIdentityScratch);
    if (!read) {
      return read.status();
    }
    if (*read != pattern) {
      return {Code::kMalformed, "card: its bus gave " + hex(*read) + " back for " + hex(pattern) +
                                    ": reset or reseat the card"};
    }
  }
  return {};
}

Result<CardIdentity> decode(uint32_t build, uint32_t capacity) {
  CardIdentity out;
  const uint32_t flows = regs::kIdentityCapacityFlowsLog2.get(capacity);
  const uint32_t contexts = regs::kIdentityCapacityContextsLog2.get(capacity);
  const uint32_t rules = regs::kIdentityCapacityRulesLog2.get(capacity);
  if (flows == 0 || flows > kMaxLog2 || contexts == 0 || contexts > flows || rules > kMaxLog2) {
    return {Code::kMalformed, "card: a capacity of " + hex(capacity) + " cannot be"};
  }
  out.build = build;
  out.connections = std::min(1U << (flows - 1), kMaxConnections);
  out.splices = std::min(1U << (contexts - 1), out.connections);
  out.rules = 1U << rules;
  out.lanes = regs::kIdentityCapacityLanes.get(capacity);
  return out;
}

}  // namespace

std::string CardIdentity::text() const {
  return "build " + hex(build) + ", " + std::to_string(connections) + " connections, " +
         std::to_string(splices) + " splices, " + std::to_string(rules) + " rules, " +
         std::to_string(lanes) + " AES-GCM lanes";
}

Result<CardIdentity> attach(Bus& bus, const Clock& clock) {
  std::array<uint32_t, 5> words{};
  if (Status read = bus.read_block(regs::kIdentityMagic, words); !read) {
    return read;
  }
  if (Status known = check_identity(words[0], words[1], words[2]); !known) {
    return known;
  }
  if (Status good = check_bus(bus); !good) {
    return good;
  }
  Commands commands(bus, clock);
  const uint32_t ready = regs::kControlStatusReady.mask();
  if (Status stopped = bus.write32(regs::kControlControl, 0); !stopped) {
    return stopped;
  }
  if (const auto cleared = commands.wait(regs::kControlStatus, ready, ready, kReadyTimeoutMs,
                                         "the clearing of its memories");
      !cleared) {
    return cleared.status();
  }
  if (const auto stopped = commands.wait(regs::kControlStatus, regs::kControlStatusRunning.mask(),
                                         0, kReadyTimeoutMs, "the stop");
      !stopped) {
    return stopped.status();
  }
  if (Status cleared = commands.zeroize(); !cleared) {
    return cleared;
  }
  return decode(words[3], words[4]);
}

}  // namespace vitrine::card::driver
