// A set of points of a discrete, totally ordered space, as sorted disjoint ranges that do not
// touch.
//
// Space gives: Key (ordered), kFirst, kLast, next(Key), previous(Key).  Ownership: values. Threads:
// as a vector.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace vitrine::policy {

template <typename Space>
class IntervalSet {
 public:
  using Key = typename Space::Key;
  struct Range {
    Key first{};
    Key last{};  // included
    bool contains(const Key& key) const { return !(key < first) && !(last < key); }
    bool covers(const Range& other) const { return !(other.first < first) && !(last < other.last); }
    bool meets(const Range& other) const { return !(other.last < first) && !(last < other.first); }
    bool operator==(const Range&) const = default;
  };

  IntervalSet() = default;  // empty
  // Any order, may overlap.
  explicit IntervalSet(std::vector<Range> ranges) : ranges_(std::move(ranges)) { normalise(); }
  static IntervalSet all() { return IntervalSet({{Space::kFirst, Space::kLast}}); }

  bool empty() const { return ranges_.empty(); }
  bool is_all() const {
    return ranges_.size() == 1 && ranges_[0] == Range{Space::kFirst, Space::kLast};
  }
  const std::vector<Range>& ranges() const { return ranges_; }

  bool contains(const Key& key) const {
    const auto it = at_or_after(key);
    return it != ranges_.end() && it->contains(key);
  }
  bool meets(const Range& range) const {
    const auto it = at_or_after(range.first);
    return it != ranges_.end() && it->meets(range);
  }
  bool covers(const Range& range) const {
    const auto it = at_or_after(range.first);
    return it != ranges_.end() && it->covers(range);
  }
  bool meets(const IntervalSet& other) const {
    const bool fewer = ranges_.size() < other.ranges_.size();
    const IntervalSet& small = fewer ? *this : other;
    const IntervalSet& large = fewer ? other : *this;
    return std::any_of(small.ranges_.begin(), small.ranges_.end(),
                       [&](const Range& range) { return large.meets(range); });
  }
  bool covers(const IntervalSet& other) const {
    return std::all_of(other.ranges_.begin(), other.ranges_.end(),
                       [&](const Range& range) { return covers(range); });
  }

  IntervalSet operator&(const IntervalSet& other) const {
    if (is_all()) {
      return other;
    }
    if (other.is_all()) {
      return *this;
    }
    IntervalSet out;
    auto a = ranges_.begin();
    auto b = other.ranges_.begin();
    while (a != ranges_.end() && b != other.ranges_.end()) {
      if (a->meets(*b)) {
        out.ranges_.push_back({std::max(a->first, b->first), std::min(a->last, b->last)});
      }
      if (a->last < b->last) {
        ++a;
      } else {
        ++b;
      }
    }
    return out;
  }
  IntervalSet operator|(const IntervalSet& other) const {
    std::vector<Range> both = ranges_;
    both.insert(both.end(), other.ranges_.begin(), other.ranges_.end());
    return IntervalSet(std::move(both));
  }
  // What this set does not hold.
  IntervalSet operator~() const {
    IntervalSet out;
    Key from = Space::kFirst;
    for (const Range& range : ranges_) {
      if (from < range.first) {
        out.ranges_.push_back({from, Space::previous(range.first)});
      }
      if (range.last == Space::kLast) {
        return out;
      }
      from = Space::next(range.last);
    }
    out.ranges_.push_back({from, Space::kLast});
    return out;
  }
  bool operator==(const IntervalSet&) const = default;

 private:
  // The first range that does not end before the key.
  auto at_or_after(const Key& key) const {
    return std::lower_bound(ranges_.begin(), ranges_.end(), key,
                            [](const Range& range, const Key& k) { return range.last < k; });
  }
  void normalise() {
    std::sort(ranges_.begin(), ranges_.end(),
              [](const Range& a, const Range& b) { return a.first < b.first; });
    size_t used = 0;
    for (size_t i = 0; i < ranges_.size(); ++i) {
      const bool touches = used > 0 && (!(ranges_[used - 1].last < ranges_[i].first) ||
                                        Space::next(ranges_[used - 1].last) == ranges_[i].first);
      if (touches) {
        ranges_[used - 1].last = std::max(ranges_[used - 1].last, ranges_[i].last);
      } else {
        ranges_[used++] = ranges_[i];
      }
    }
    ranges_.resize(used);
  }

  std::vector<Range> ranges_;
};

}  // namespace vitrine::policy
