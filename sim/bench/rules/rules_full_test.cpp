// The rule table at its full size, 1,024 rules, against the soft card's; and what loading takes.
#include <iostream>

#include "sim/bench/rules/rules_bench.h"

namespace vitrine::bench {
namespace {

TEST(RulesFull, AThousandRulesJudgeAPacketAClockAsTheSoftCardDoes) {
  RulesBench bench(20);
  bench.next_packet = [&] { return bench.random_packet(); };
  // Rules of single hosts first, so that matches are found at all depths.
  card::RuleGeneration generation = bench.random_generation(1024, 1);
  for (size_t i = 0; i < 1000; ++i) {
    generation.rules[i].source = generation.rules[i].destination =
        IpNetwork::parse("192.0.2.1").value();
    if (i % 50 == 0) {
      generation.rules[i].source = IpNetwork{bench.random_packet().key.destination, 0};
      generation.rules[i].source->address = IpAddress::parse("10.0.0.1").value();
      generation.rules[i].source->prefix_length = 32;
      generation.rules[i].destination.reset();
    }
  }
  std::cout << "clocks to load 1,024 rules: " << bench.load(generation, 1024) << "\n";
  bench.ticks(5000);
  std::cout << "answers: forward " << bench.answers()[0] << ", drop " << bench.answers()[1]
            << ", punt " << bench.answers()[2] << "; latency " << kRulesLatency
            << " clocks, one packet a clock\n";
}

}  // namespace
}  // namespace vitrine::bench
