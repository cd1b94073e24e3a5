#include "sim/firmware/card_registers.h"

#include <algorithm>

#include "firmware/drivers/core_regs.h"
#include <openssl/evp.h>

#include "host/card/regs.h"

namespace vitrine::sim {
namespace {

namespace regs = card::regs;
namespace core = firmware::core_regs;

constexpr uint32_t kBase = 0x4000'0000;
constexpr uint32_t kLanes = 4;
constexpr size_t kTextBytes = 128;
constexpr size_t kTagBytes = 16;

uint32_t lanes_offset(uint32_t address) { return address - kBase; }

using Text = std::array<uint8_t, kTextBytes>;
using Tag = std::array<uint8_t, kTagBytes>;

void to_bytes(const uint32_t* words, uint8_t* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<uint8_t>(words[i / 4] >> (8 * (i % 4)));
  }
}

uint32_t word_at(const uint8_t* bytes) {
  return static_cast<uint32_t>(bytes[0]) | static_cast<uint32_t>(bytes[1]) << 8 |
         static_cast<uint32_t>(bytes[2]) << 16 | static_cast<uint32_t>(bytes[3]) << 24;
}

// One leg: its key stream over the text, and the tag of the ciphertext.
void leg(bool seal, bool aes256, const uint32_t* key_words, const uint32_t* nonce_words,
         const uint32_t* aad_words, const Text& in, Text& out, Tag& tag) {
  std::array<uint8_t, 32> key{};
  std::array<uint8_t, 12> nonce{};
  std::array<uint8_t, 13> aad{};
  to_bytes(key_words, key.data(), key.size());
  to_bytes(nonce_words, nonce.data(), nonce.size());
  to_bytes(aad_words, aad.data(), aad.size());
  const EVP_CIPHER* cipher = aes256 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
  const auto run = [&](const Text& text, Text& result, Tag& sum) {
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    int size = 0;
    EVP_EncryptInit_ex(context, cipher, nullptr, key.data(), nonce.data());
    EVP_EncryptUpdate(context, nullptr, &size, aad.data(), static_cast<int>(aad.size()));
    EVP_EncryptUpdate(context, result.data(), &size, text.data(), static_cast<int>(text.size()));
    EVP_EncryptFinal_ex(context, result.data(), &size);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTagBytes, sum.data());
    EVP_CIPHER_CTX_free(context);
  };
  run(in, out, tag);
  if (!seal) {
    // The tag of an incoming record is that of its ciphertext, which is what its plaintext seals
    // to.
    Text again{};
    run(out, again, tag);
  }
}

}  // namespace

CardRegisters::CardRegisters() {
  for (const regs::Register& item : regs::kRegisters) {
    values_[item.address] = item.reset;
  }
  values_[regs::kControlStatus] = regs::kControlStatusReady.mask();
  values_[regs::kIdentityCapacity] = regs::kIdentityCapacityFlowsLog2.put(10) |
                                     regs::kIdentityCapacityContextsLog2.put(7) |
                                     regs::kIdentityCapacityLanes.put(kLanes);
}

mcu::ControlBus CardRegisters::bus() {
  return {.read = [this](uint16_t address) { return read(address); },
          .write = [this](uint16_t address, uint32_t value) { return write(address, value); },
          .latency = 3};
}

void CardRegisters::clock() {
  if (flow_busy_ == 0 || faults.flow_unit_hangs) {
    return;
  }
  if (--flow_busy_ == 0) {
    values_[regs::kFlowsStatus] = regs::kFlowsStatusResult.put(flow_result_);
    mailbox_.fill(0);
  }
}

std::optional<uint32_t> CardRegisters::read(uint16_t address) {
  if (faults.broken_address == address) {
    return std::nullopt;
  }
  if (address == lanes_offset(core::kLanesStatus)) {
    return core::kLanesStatusLanes.put(kLanes) |
           core::kLanesStatusLate.put(faults.lanes_hang ? 1 : 0);
  }
  const auto found = values_.find(address);
  return found == values_.end() ? std::nullopt : std::optional(found->second);
}

bool CardRegisters::write(uint16_t address, uint32_t value) {
  const uint32_t operand = address - lanes_offset(core::kLanesOperands);
  if (operand < 4 * core::kLanesOperandsWords) {
    operands_[operand / 4] = value;
    return true;
  }
  if (address == lanes_offset(core::kLanesControl)) {
    run_lanes(core::kLanesControlAes256.get(value) != 0);
    return true;
  }
  if (const uint32_t at = address - regs::kFlowMailbox; at < 4 * regs::kFlowMailboxWords) {
    mailbox_.at(at / 4) = value;
    return true;
  }
  if (const uint32_t at = address - regs::kRuleMailbox; at < 4 * regs::kRuleMailboxWords) {
    rule_mailbox_.at(at / 4) = value;
    return true;
  }
  if (!values_.contains(address)) {
    return false;
  }
  switch (address) {
    case regs::kIdentityScratch:
      values_[address] = value | faults.scratch_stuck_at_one;
      break;
    case regs::kControlZeroize:
      values_[regs::kControlZeroizeCount] = ++zeroized;
      break;
    case regs::kHeartbeatBeat:
      ++beats;
      break;
    case regs::kFlowsCommand:
      flow_command(value);
      break;
    case regs::kFlowsSeed:
      seed.push_back(value);
      break;
    case regs::kRulesCommand:
      rule_command(value);
      break;
    case regs::kCountersSnapshot:
      ++snapshots;
      break;
    default:
      values_[address] = value;
  }
  return true;
}

void CardRegisters::flow_command(uint32_t value) {
  if (flow_busy_ > 0) {
    return;  // ignored, as the map says
  }
  const uint32_t operation = regs::kFlowsCommandOperation.get(value);
  flow_busy_ = flow_clocks ? flow_clocks(operation, mailbox_) : kFlowClocks;
  flow_result_ = carry_out(operation);
  values_[regs::kFlowsStatus] = regs::kFlowsStatusBusy.mask();
}

// Results: 0 done, 1 no such operation, 2 exists, 3 full, 4 not found.
uint32_t CardRegisters::carry_out(uint32_t operation) {
  const uint64_t id = static_cast<uint64_t>(mailbox_[1]) << 32 | mailbox_[0];
  const auto index = static_cast<uint16_t>(mailbox_[2]);
  const auto found = flows.find(id);
  if (operation == 1) {
    // A connection is known by its addresses.
    const auto same = std::find_if(flows.begin(), flows.end(), [&](const auto& flow) {
      return std::equal(mailbox_.begin() + 4, mailbox_.begin() + 16, flow.second.words.begin() + 4);
    });
    if (same != flows.end()) {
      return 2;
    }
    if (flows.size() >= most_connections) {
      return 3;
    }
    flows[id] = {.index = index, .words = mailbox_};
    return 0;
  }
  if (operation < 1 || operation > 4) {
    return 1;
  }
  if (found == flows.end() || found->second.index != index) {
    return 4;
  }
  for (uint32_t i = 0; i < 32; ++i) {
    values_[regs::kFlowsResult0 + 4 * i] = mailbox_[0] * 100 + i;
  }
  if (operation == 2) {
    flows.erase(found);
  } else if (operation == 3) {
    found->second.words = mailbox_;
  }
  return 0;
}

void CardRegisters::rule_command(uint32_t value) {
  const uint32_t index = regs::kRulesCommandIndex.get(value);
  uint32_t result = 0;
  switch (regs::kRulesCommandOperation.get(value)) {
    case 2:
      rule_chunks[index] = rule_mailbox_;
      break;
    case 3:
      active_slices = index;
      values_[regs::kRulesActiveVersion] = values_[regs::kRulesVersion];
      break;
    default:
      result = 1;
  }
  values_[regs::kRulesStatus] = regs::kRulesStatusResult.put(result);
}

void CardRegisters::run_lanes(bool aes256) {
  Text in{};
  Text plain{};
  Text out{};
  Tag in_tag{};
  Tag out_tag{};
  to_bytes(&operands_[32], in.data(), in.size());
  leg(false, aes256, &operands_[0], &operands_[16], &operands_[24], in, plain, in_tag);
  leg(true, aes256, &operands_[8], &operands_[20], &operands_[24], plain, out, out_tag);
  if (faults.lane) {
    for (size_t block = *faults.lane; block < kTextBytes / 16; block += kLanes) {
      (faults.outgoing ? out : plain)[16 * block + 5] ^= 0x20;
    }
  }
  for (uint32_t i = 0; i < 32; ++i) {
    values_[lanes_offset(core::kLanesPlain0) + 4 * i] = word_at(&plain[size_t{4} * i]);
    values_[lanes_offset(core::kLanesOut0) + 4 * i] = word_at(&out[size_t{4} * i]);
  }
  for (uint32_t i = 0; i < 4; ++i) {
    values_[lanes_offset(core::kLanesInSum0) + 4 * i] = word_at(&in_tag[size_t{4} * i]);
    values_[lanes_offset(core::kLanesOutSum0) + 4 * i] = word_at(&out_tag[size_t{4} * i]);
  }
}

}  // namespace vitrine::sim
