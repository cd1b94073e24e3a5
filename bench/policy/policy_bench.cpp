// A policy of 10,000 rules: how long from its text to card rules, and how long a decision.
//
// The rules are of the kinds that large policies have: destinations and services, server names,
// sources, and a tail for everything else; half of them decryption, half access.
#include <array>
#include <random>
#include <string>

#include <benchmark/benchmark.h>

#include "policy/compile/compile.h"
#include "policy/compile/prove.h"
#include "policy/compile/review.h"
#include "policy/eval/evaluator.h"
#include "policy/eval/reference.h"
#include "policy/lang/load.h"

namespace {

using namespace vitrine;          // NOLINT(google-build-using-namespace): a program
using namespace vitrine::policy;  // NOLINT(google-build-using-namespace): a program

std::string network(size_t i) {
  return std::to_string(11 + i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
         std::to_string(i % 256) + ".0/24";
}

// `names`: whether every fourth decryption rule asks for a server name, so that little is left for
// the card to decide; without, the card gets as many rules as it holds.
std::string policy_text(size_t rules, bool names = true) {
  std::string text = "version: 1\ndecryption:\n";
  const size_t half = rules / 2;
  constexpr std::array<const char*, 2> kActions = {"decrypt", "do-not-decrypt"};
  for (size_t i = 0; i + 1 < half; ++i) {
    const std::string n = std::to_string(i);
    text += "  - name: d" + n + "\n    zone: inside\n    service: tcp/443\n";
    if (names && i % 4 == 0) {
      text += "    sni: [\"*.site" + n + ".example\", site" + n + ".example]\n";
    } else {
      text += "    destination: " + network(i) + "\n";
    }
    text += std::string("    action: ") + kActions[i % 2] + "\n";
  }
  text +=
      "  - name: decrypt-all\n    zone: inside\n    service: tcp/443\n    action: "
      "decrypt\naccess:\n";
  for (size_t i = 0; i < rules - half; ++i) {
    const std::string n = std::to_string(i);
    text += "  - name: a" + n + "\n    zone: inside\n    source: " + network(100'000 + i) +
            "\n    destination: " + network(i * 7 % 50'000) + "\n    service: tcp/" +
            std::to_string(400 + i % 100) + "\n    action: deny\n";
  }
  return text;
}

std::shared_ptr<const Rulebook> load(const std::string& text) {
  return load_rulebook(text, "bench.yaml", files_beside("bench.yaml")).book;
}

void text_to_rulebook(benchmark::State& state) {
  const std::string text = policy_text(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(load(text));
  }
}
BENCHMARK(text_to_rulebook)->Arg(1000)->Arg(10'000)->Unit(benchmark::kMillisecond);

// From the text to what runs: rulebook, index, card rules.
void text_to_card_rules(benchmark::State& state) {
  const std::string text = policy_text(static_cast<size_t>(state.range(0)), state.range(1) == 1);
  size_t rules = 0;
  size_t left_out = 0;
  for (auto _ : state) {
    const auto book = load(text);
    const Evaluator evaluator(book);
    const auto compiled = compile_rulebook(*book, {});
    rules = compiled->generation.rules.size();
    left_out = compiled->left_out;
    benchmark::DoNotOptimize(compiled);
  }
  state.counters["card_rules"] = static_cast<double>(rules);
  state.counters["boxes_left_out"] = static_cast<double>(left_out);
}
BENCHMARK(text_to_card_rules)
    ->ArgNames({"rules", "names"})
    ->Args({1000, 1})
    ->Args({10'000, 1})
    ->Args({10'000, 0})
    ->Unit(benchmark::kMillisecond);

void proof(benchmark::State& state) {
  const Evaluator evaluator(
      load(policy_text(static_cast<size_t>(state.range(0)), state.range(1) == 1)));
  const auto compiled = compile_rulebook(evaluator.book(), {});
  Proof result;
  for (auto _ : state) {
    result = prove_equivalent(evaluator, compiled->generation, 0);
  }
  if (!result.holds) {
    state.SkipWithError(("not proved: " + result.counterexample).c_str());
  }
  state.counters["cells"] = static_cast<double>(result.cells);
}
BENCHMARK(proof)
    ->ArgNames({"rules", "names"})
    ->Args({1000, 1})
    ->Args({10'000, 1})
    ->Args({10'000, 0})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

void review_rules(benchmark::State& state) {
  const auto book = load(policy_text(static_cast<size_t>(state.range(0))));
  for (auto _ : state) {
    benchmark::DoNotOptimize(review(*book, "bench.yaml"));
  }
}
BENCHMARK(review_rules)->Arg(1000)->Arg(10'000)->Unit(benchmark::kMillisecond)->Iterations(1);

std::vector<Facts> flows() {
  std::mt19937 random(1);
  std::vector<Facts> flows(4096);
  for (Facts& facts : flows) {
    const auto i = static_cast<size_t>(random());
    facts.key.source = IpNetwork::parse(network(100'000 + i % 5000))->address;
    facts.key.destination = IpNetwork::parse(network(i / 5000 % 6000))->address;
    facts.key.source_port = 40000;
    facts.key.destination_port = 443;
    facts.known.hello = i % 2 == 0 ? Known::kYes : Known::kPending;
    facts.server_name = "www.site" + std::to_string(i % 5000) + ".example";
  }
  return flows;
}

void decide(benchmark::State& state) {
  const Evaluator evaluator(load(policy_text(static_cast<size_t>(state.range(0)))));
  const auto facts = flows();
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(evaluator.decide(facts[i++ % facts.size()]));
  }
  state.counters["index_MB"] = static_cast<double>(evaluator.bytes()) / 1e6;
}
BENCHMARK(decide)->Arg(1000)->Arg(10'000);

void decide_by_reference(benchmark::State& state) {
  const auto book = load(policy_text(static_cast<size_t>(state.range(0))));
  const auto facts = flows();
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(decide_reference(*book, facts[i++ % facts.size()]));
  }
}
BENCHMARK(decide_by_reference)->Arg(10'000);

}  // namespace

BENCHMARK_MAIN();
