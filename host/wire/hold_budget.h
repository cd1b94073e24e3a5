// How much memory all held ClientHellos together may take: a limit for each connection is not
// enough where a peer can open many.
//
// Counts, allocates nothing. A HoldShare is what one holder has taken; it gives it back when it
// goes. Ownership: the budget outlives its shares. Not thread-safe.
#pragma once

#include <cstddef>
#include <utility>

namespace vitrine::wire {

class HoldBudget {
 public:
  explicit HoldBudget(size_t limit_bytes) : limit_(limit_bytes) {}
  HoldBudget(const HoldBudget&) = delete;
  HoldBudget& operator=(const HoldBudget&) = delete;

  size_t limit() const { return limit_; }
  size_t used() const { return used_; }

 private:
  friend class HoldShare;
  size_t limit_;
  size_t used_ = 0;
};

class HoldShare {
 public:
  explicit HoldShare(HoldBudget& budget) : budget_(&budget) {}
  HoldShare(HoldShare&& other) noexcept
      : budget_(other.budget_), bytes_(std::exchange(other.bytes_, 0)) {}
  HoldShare& operator=(HoldShare&& other) noexcept {
    if (this != &other) {
      shrink_to(0);
      budget_ = other.budget_;
      bytes_ = std::exchange(other.bytes_, 0);
    }
    return *this;
  }
  ~HoldShare() { shrink_to(0); }

  // False where the budget has not that much left; then nothing changed.
  [[nodiscard]] bool grow(size_t bytes) {
    if (bytes > budget_->limit_ - budget_->used_) {
      return false;
    }
    budget_->used_ += bytes;
    bytes_ += bytes;
    return true;
  }
  // Gives back what is more than `bytes`.
  void shrink_to(size_t bytes) {
    if (bytes < bytes_) {
      budget_->used_ -= bytes_ - bytes;
      bytes_ = bytes;
    }
  }
  size_t bytes() const { return bytes_; }

 private:
  HoldBudget* budget_;
  size_t bytes_ = 0;
};

}  // namespace vitrine::wire
