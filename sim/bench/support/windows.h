// Whether a secret is anywhere in a model: a search of its whole state.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace vitrine::bench {

// All runs of 8 bytes of a state, to be asked whether a secret is among them.
class Windows {
 public:
  explicit Windows(std::span<const uint8_t> state) {
    for (size_t at = 0; at + 8 <= state.size(); ++at) {
      uint64_t window = 0;
      std::memcpy(&window, state.data() + at, 8);
      windows_.push_back(window);
    }
    std::sort(windows_.begin(), windows_.end());
  }

  // Whether 8 bytes of it are there, in either byte order.
  bool hold(std::span<const uint8_t> secret) const {
    for (size_t at = 0; at + 8 <= secret.size(); at += 8) {
      uint64_t part = 0;
      std::memcpy(&part, secret.data() + at, 8);
      if (std::binary_search(windows_.begin(), windows_.end(), part) ||
          std::binary_search(windows_.begin(), windows_.end(), __builtin_bswap64(part))) {
        return true;
      }
    }
    return false;
  }

 private:
  std::vector<uint64_t> windows_;
};

}  // namespace vitrine::bench
