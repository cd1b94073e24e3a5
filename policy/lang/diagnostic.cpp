#include "policy/lang/diagnostic.h"

#include <algorithm>
#include <numeric>

namespace vitrine::policy {
namespace {

// Levenshtein's distance; words longer than this are not compared.
constexpr size_t kLongestWord = 40;
constexpr size_t kNear = 2;

size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "error";
}

std::string Diagnostic::to_string() const {
  return file + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column) + ": " +
         std::string(severity_name(severity)) + ": " + message + "; " + fix + " [" + code + "]";
}

void Problems::error(Mark mark, std::string code, std::string message, std::string fix) {
  add({Severity::kError, file_, mark, std::move(code), std::move(message), std::move(fix)});
}

void Problems::add(Diagnostic diagnostic) {
  errors_ += diagnostic.severity == Severity::kError ? 1 : 0;
  if (!full()) {
    list_.push_back(std::move(diagnostic));
  }
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& words) {
  std::string_view best;
  size_t best_distance = kNear + 1;
  for (const std::string_view candidate : words) {
    if (word.size() > kLongestWord || candidate.size() > kLongestWord) {
      continue;
    }
    const size_t d = distance(word, candidate);
    if (d < best_distance && d < candidate.size()) {
      best = candidate;
      best_distance = d;
    }
  }
  return best.empty() ? "" : "did you mean '" + std::string(best) + "'?";
}

}  // namespace vitrine::policy
