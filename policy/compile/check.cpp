#include "policy/compile/check.h"

#include <set>

#include "policy/compile/review.h"

namespace vitrine::policy {
namespace {

constexpr int64_t kMsOfMinute = 60'000;
constexpr size_t kMaxStates = 64;

// A moment for each combination of active times that a week has.
std::vector<int64_t> moments_of(const Rulebook& book, int64_t start) {
  std::vector<int64_t> moments{start};
  std::set<uint64_t> seen{book.active_schedules(start)};
  if (book.schedules.empty()) {
    return moments;
  }
  for (int minute = 1; minute < kMinutesOfWeek && moments.size() < kMaxStates; ++minute) {
    const int64_t then = start + minute * kMsOfMinute;
    if (seen.insert(book.active_schedules(then)).second) {
      moments.push_back(then);
    }
  }
  return moments;
}

std::string names_of(const Rulebook& book, uint64_t active) {
  std::string names;
  for (size_t i = 0; i < book.schedules.size(); ++i) {
    if ((active >> i & 1) != 0) {
      names += (names.empty() ? "" : ", ") + book.schedules[i].name;
    }
  }
  return names;
}

Diagnostic whole_file(const std::string& file, const char* code, std::string message,
                      std::string fix) {
  return {Severity::kError, file, {}, code, std::move(message), std::move(fix)};
}

}  // namespace

CheckReport check(std::string_view text, const std::string& file, const FileReader& read_file,
                  const CheckOptions& options) {
  CheckReport report;
  Loaded loaded = load_rulebook(text, file, read_file);
  report.problems = std::move(loaded.problems);
  if (loaded.book == nullptr) {
    return report;
  }
  report.book = loaded.book;
  report.evaluator = std::make_shared<Evaluator>(report.book);
  for (Diagnostic& finding : review(*report.book, file)) {
    report.problems.push_back(std::move(finding));
  }
  report.ok = true;
  for (const int64_t moment : moments_of(*report.book, options.target.wall_ms)) {
    CardTarget target = options.target;
    target.wall_ms = moment;
    auto rules = compile_rulebook(*report.book, target);
    if (!rules) {
      report.ok = false;
      report.problems.push_back(whole_file(file, "card-full", rules.status().message(),
                                           "join networks or services of access rules"));
      return report;
    }
    CheckedState state{names_of(*report.book, report.book->active_schedules(moment)),
                       std::move(rules).value(),
                       {}};
    state.proof =
        prove_equivalent(*report.evaluator, state.rules.generation, moment, options.max_cells);
    if (!state.proof.holds) {
      report.ok = false;
      report.problems.push_back(whole_file(
          file, "not-proved",
          state.proof.complete ? "card and policy differ: " + state.proof.counterexample
                               : "the proof that card and policy agree needs more than " +
                                     std::to_string(options.max_cells) + " cells",
          state.proof.complete ? "this is a fault of the compiler: report it with the policy"
                               : "join rules that differ in networks or ports only"));
    }
    report.states.push_back(std::move(state));
  }
  return report;
}

}  // namespace vitrine::policy
