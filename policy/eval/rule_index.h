// Finds the deciding rule of one list without walking it: bit vectors (Lakshman and Stiliadis,
// "High- speed policy-based packet forwarding", SIGCOMM 1998).
//
// Each field's space is cut at the ends of the rules' ranges; each piece has a row with one bit a
// rule, set where the rule's condition holds there.  A lookup finds its piece in each field (binary
// search) and walks the AND of the rows in order.  Equal rows are kept once. Memory: rules/8 bytes
// a piece, so 10,000 rules with distinct networks take about 25 MB a field. Limits: certificate and
// HTTP conditions, where known, are checked rule by rule. Ownership: immutable once built; borrows
// the rulebook.  Threads: any.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/eval/decision.h"

namespace vitrine::policy {

// Rows of one field, one a piece.
template <typename Key>
struct FieldRows {
  std::vector<Key> starts;    // of the pieces, ascending; the first is the space's first key
  std::vector<uint32_t> row;  // of each piece: a row number of RowStore
  uint32_t find(const Key& key) const {
    return row[static_cast<size_t>(std::upper_bound(starts.begin(), starts.end(), key) -
                                   starts.begin()) -
               1];
  }
};

// Bit rows of equal length, equal ones kept once.
class RowStore {
 public:
  using Row = std::vector<uint64_t>;
  explicit RowStore(size_t words) : words_(words) {}
  uint32_t add(const Row& row);
  const uint64_t* at(uint32_t row) const { return bits_.data() + row * words_; }
  size_t bytes() const { return bits_.size() * sizeof(uint64_t); }

 private:
  size_t words_;
  std::vector<uint64_t> bits_;
  std::unordered_multimap<uint64_t, uint32_t> by_hash_;
};

class RuleIndex {
 public:
  struct Entry {
    const Conditions* when;
    uint8_t outcome;
  };
  // `subjects`: Rulebook::subject_addresses().
  RuleIndex(const Rulebook& book, std::vector<Entry> entries,
            const std::vector<AddressSet>& subjects, uint8_t otherwise);

  // As the reference's walk, with the same answer.  `prepared.subject` is not looked at.
  ListAnswer decide(const Facts& facts, const Prepared& prepared, const Knowledge& known) const;
  size_t bytes() const { return rows_.bytes(); }

 private:
  // Of 2 KB so that it fits the stack: hello rows are put together for each decision.
  static constexpr size_t kMaxWords = kMaxRulesOfList / 64;

  void build_connection(const std::vector<AddressSet>& subjects);
  void build_hello();
  void add_names(std::string_view host, uint64_t* row) const;
  void add_lists(const std::unordered_map<std::string, std::vector<uint32_t>>& by_name,
                 const std::string& name, uint64_t* row) const;
  // Rules whose hello conditions hold, into `row`.
  void hello_row(const Facts& facts, uint64_t* row) const;

  const Rulebook& book_;
  std::vector<Entry> entries_;
  uint8_t otherwise_;
  size_t words_;
  RowStore rows_;
  FieldRows<AddressKey> source_;
  FieldRows<AddressKey> destination_;
  FieldRows<uint32_t> service_;
  std::array<uint32_t, 2> zone_{};
  std::map<card::VlanTags, uint32_t> vlan_;
  uint32_t other_vlan_ = 0;
  uint32_t untimed_ = 0;
  std::vector<uint32_t> timed_;         // by schedule
  std::array<uint32_t, 32> outcome_{};  // by outcome code
  uint32_t asks_hello_ = 0;
  uint32_t asks_certificate_ = 0;
  uint32_t asks_http_ = 0;
  uint32_t asks_late_ = 0;  // either
  uint32_t nameless_ = 0;   // asks no server name
  std::array<uint32_t, 3> tls_{};
  std::unordered_map<std::string, std::vector<uint32_t>> exact_;  // rules, by name
  std::unordered_map<std::string, std::vector<uint32_t>> below_;
  std::vector<uint32_t> any_name_;
};

}  // namespace vitrine::policy
