// Random rulebooks and facts over a small world, in which rules overlap all the time.
#pragma once

#include <memory>
#include <random>

#include "policy/eval/facts.h"

namespace vitrine::policy::test {

class RandomWorld {
 public:
  explicit RandomWorld(uint32_t seed) : random_(seed) {}

  std::shared_ptr<const Rulebook> book();
  // Whatever rules may ask is taken from the same small world.
  Facts facts(const Rulebook& book);
  card::FlowKey key();
  // Makes some pending stage known, or never.
  void learn(Facts& facts);
  bool complete(const Facts& facts) const;

 private:
  uint32_t below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  bool one_in(uint32_t n) { return below(n) == 0; }
  AddressSet addresses();
  ServiceSet services();
  Conditions conditions(const Rulebook& book, bool with_http);
  IpAddress address();

  std::mt19937 random_;
};

}  // namespace vitrine::policy::test
