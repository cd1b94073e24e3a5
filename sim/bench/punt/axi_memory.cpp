#include "sim/bench/punt/axi_memory.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace vitrine::bench {

AxiMemory::AxiMemory(Vpunt_rings& model, unsigned stall_percent, uint64_t seed)
    : model_(model),
      aw_stalls_(stall_percent, seed),
      w_stalls_(stall_percent, seed + 1),
      b_stalls_(stall_percent, seed + 2),
      ar_stalls_(stall_percent, seed + 3),
      r_stalls_(stall_percent, seed + 4),
      random_(seed + 5) {
  model_.awready_i = model_.wready_i = model_.bvalid_i = 0;
  model_.arready_i = model_.rvalid_i = 0;
}

void AxiMemory::put(uint64_t address, Bytes bytes) {
  for (size_t at = 0; at < bytes.size(); at += kBeatBytes) {
    put_bytes(beats_[address + at], bytes.subspan(at, std::min(kBeatBytes, bytes.size() - at)));
  }
}

Frame AxiMemory::get(uint64_t address, size_t bytes) const {
  Frame out;
  for (size_t at = 0; at < bytes; at += kBeatBytes) {
    Frame beat(kBeatBytes, 0xcc);
    if (const auto found = beats_.find(address + at); found != beats_.end()) {
      beat = get_bytes(found->second, kBeatBytes);
    }
    out.insert(out.end(), beat.begin(), beat.begin() + std::min(kBeatBytes, bytes - at));
  }
  return out;
}

void AxiMemory::drive() {
  model_.awready_i = aw_stalls_.next() ? 0 : 1;
  model_.wready_i = w_stalls_.next() ? 0 : 1;
  model_.arready_i = ar_stalls_.next() ? 0 : 1;
  if (std::exchange(answered_b_, false)) {
    model_.bvalid_i = 0;
  }
  if (std::exchange(answered_r_, false)) {
    model_.rvalid_i = 0;
  }
  if (model_.bvalid_i == 0 && !b_stalls_.next()) {
    offered_b_ = random_() % 2;
    if (written_[offered_b_].empty()) {
      offered_b_ ^= 1U;
    }
    if (!written_[offered_b_].empty()) {
      model_.bvalid_i = 1;
      model_.bid_i = static_cast<CData>(offered_b_);
      model_.bresp_i = refuses(written_[offered_b_].front()) ? 2 : 0;
    }
  }
  if (model_.rvalid_i == 0 && !r_stalls_.next()) {
    offered_r_ = random_() % 2;
    if (reads_[offered_r_].empty()) {
      offered_r_ ^= 1U;
    }
    if (!reads_[offered_r_].empty()) {
      const Burst& burst = reads_[offered_r_].front();
      model_.rvalid_i = 1;
      model_.rid_i = static_cast<CData>(offered_r_);
      model_.rresp_i = refuses(burst) ? 2 : 0;
      put_bytes(model_.rdata_i, get(burst.address, kBeatBytes));
    }
  }
}

void AxiMemory::watch(Held& held, const char* channel, bool valid, bool ready,
                      std::vector<uint32_t> what) {
  if (held.waits && (!valid || what != held.what)) {
    violations_.push_back(std::string(channel) + " changed before it was taken");
  }
  held.waits = valid && !ready;
  held.what = std::move(what);
}

void AxiMemory::check_burst(const Burst& burst) {
  ++bursts_;
  if (burst.address % kBeatBytes != 0) {
    violations_.emplace_back("a burst begins within a beat");
  }
  if (burst.address >> 12U != (burst.address + burst.beats * kBeatBytes - 1) >> 12U) {
    violations_.emplace_back("a burst crosses 4 KiB");
  }
}

void AxiMemory::sample() {
  const auto words = [](const VlWide<16>& data) {
    return std::vector<uint32_t>(data.data(), data.data() + 16);
  };
  watch(aw_, "AW", model_.awvalid_o != 0, model_.awready_i != 0,
        {static_cast<uint32_t>(model_.awaddr_o), static_cast<uint32_t>(model_.awaddr_o >> 32U),
         model_.awlen_o, model_.awid_o});
  auto data = words(model_.wdata_o);
  data.push_back(model_.wlast_o);
  watch(w_, "W", model_.wvalid_o != 0, model_.wready_i != 0, std::move(data));
  watch(ar_, "AR", model_.arvalid_o != 0, model_.arready_i != 0,
        {static_cast<uint32_t>(model_.araddr_o), static_cast<uint32_t>(model_.araddr_o >> 32U),
         model_.arlen_o, model_.arid_o});
  if (model_.bvalid_i != 0 && model_.bready_o != 0) {
    Burst& burst = written_[offered_b_].front();
    if (!refuses(burst)) {
      for (size_t i = 0; i < burst.data.size(); ++i) {
        beats_[burst.address + i * kBeatBytes] = burst.data[i];
      }
    }
    written_[offered_b_].pop_front();
    answered_b_ = true;
  }
  if (model_.rvalid_i != 0 && model_.rready_o != 0) {
    Burst& burst = reads_[offered_r_].front();
    burst.address += kBeatBytes;
    if (--burst.beats == 0) {
      reads_[offered_r_].pop_front();
    }
    answered_r_ = true;
  }
  if (model_.awvalid_o != 0 && model_.awready_i != 0) {
    addresses_.push_back({model_.awid_o, {model_.awaddr_o, model_.awlen_o + 1U, {}}});
    check_burst(addresses_.back().second);
  }
  if (model_.wvalid_o != 0 && model_.wready_i != 0) {
    early_.push_back(model_.wdata_o);
    if (model_.wlast_o != 0) {
      whole_.push_back(std::exchange(early_, {}));
    }
  }
  while (!addresses_.empty() && !whole_.empty()) {
    auto& [id, burst] = addresses_.front();
    burst.data = std::move(whole_.front());
    if (burst.data.size() != burst.beats) {
      violations_.emplace_back("a burst has not as many beats as its address says");
    }
    written_[id].push_back(std::move(burst));
    whole_.pop_front();
    addresses_.pop_front();
  }
  if (model_.arvalid_o != 0 && model_.arready_i != 0) {
    reads_[model_.arid_o].push_back({model_.araddr_o, model_.arlen_o + 1U, {}});
    check_burst(reads_[model_.arid_o].back());
  }
}

}  // namespace vitrine::bench
