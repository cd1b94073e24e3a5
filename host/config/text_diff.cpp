#include "host/config/text_diff.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace vitrine::config {
namespace {

constexpr size_t kContext = 3;
constexpr int64_t kNowhere = INT64_MIN / 2;  // a diagonal that leaves the two texts

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

// One line of the script: ' ' in both, '-' only before, '+' only after.
struct Edit {
  char kind;
  std::string_view text;
};
using Script = std::vector<Edit>;

void replace_all(const Lines& a, const Lines& b, Script& script) {
  for (const std::string_view line : a) {
    script.push_back({'-', line});
  }
  for (const std::string_view line : b) {
    script.push_back({'+', line});
  }
}

// furthest[d][k + d]: how far into `a` d edits come on diagonal k (index in a minus index in b).
using Furthest = std::vector<std::vector<int64_t>>;

// The furthest point that step d reaches on diagonal k, before its run of equal lines; `down`: by
// an inserted line.
int64_t step(const std::vector<int64_t>& last, int64_t d, int64_t k, bool& down) {
  const auto at = [&](int64_t diagonal) { return last[static_cast<size_t>(diagonal + d - 1)]; };
  down = k == -d || (k != d && at(k - 1) < at(k + 1));
  return down ? at(k + 1) : at(k - 1) + 1;
}

// The number of edits; -1: more than kMaxEdits.
int64_t search(const Lines& a, const Lines& b, Furthest& furthest) {
  const auto rows = static_cast<int64_t>(a.size());
  const auto columns = static_cast<int64_t>(b.size());
  for (int64_t d = 0; d <= static_cast<int64_t>(kMaxEdits); ++d) {
    furthest.emplace_back(2 * d + 1, kNowhere);
    for (int64_t k = -d; k <= d; k += 2) {
      bool down = false;
      int64_t x = d == 0 ? 0 : step(furthest[d - 1], d, k, down);
      while (x >= 0 && x < rows && x - k >= 0 && x - k < columns && a[x] == b[x - k]) {
        ++x;
      }
      furthest[d][k + d] = x > rows || x - k > columns ? kNowhere : x;
      if (x >= rows && x - k >= columns) {
        return d;
      }
    }
  }
  return -1;
}

void edit_between(const Lines& a, const Lines& b, Script& script) {
  Furthest furthest;
  int64_t d = search(a, b, furthest);
  if (d < 0) {
    replace_all(a, b, script);
    return;
  }
  Script backwards;
  auto x = static_cast<int64_t>(a.size());
  auto y = static_cast<int64_t>(b.size());
  for (; d > 0; --d) {
    bool down = false;
    const int64_t k = x - y;
    const int64_t start = step(furthest[d - 1], d, k, down);
    for (; x > start; --x, --y) {
      backwards.push_back({' ', a[x - 1]});
    }
    if (down) {
      backwards.push_back({'+', b[--y]});
    } else {
      backwards.push_back({'-', a[--x]});
    }
  }
  for (; x > 0; --x) {
    backwards.push_back({' ', a[x - 1]});
  }
  script.insert(script.end(), backwards.rbegin(), backwards.rend());
}

Script script_of(const Lines& a, const Lines& b) {
  const size_t shorter = std::min(a.size(), b.size());
  size_t head = 0;
  while (head < shorter && a[head] == b[head]) {
    ++head;
  }
  size_t tail = 0;
  while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) {
    ++tail;
  }
  Script script;
  for (size_t i = 0; i < head; ++i) {
    script.push_back({' ', a[i]});
  }
  edit_between(Lines(a.begin() + static_cast<std::ptrdiff_t>(head),
                     a.end() - static_cast<std::ptrdiff_t>(tail)),
               Lines(b.begin() + static_cast<std::ptrdiff_t>(head),
                     b.end() - static_cast<std::ptrdiff_t>(tail)),
               script);
  for (size_t i = a.size() - tail; i < a.size(); ++i) {
    script.push_back({' ', a[i]});
  }
  return script;
}

// A part of the script that is shown: first..end, with context.
struct Hunk {
  size_t first;
  size_t end;
};

std::vector<Hunk> hunks_of(const Script& script) {
  std::vector<Hunk> hunks;
  for (size_t i = 0; i < script.size(); ++i) {
    if (script[i].kind == ' ') {
      continue;
    }
    const size_t first = i - std::min(i, kContext);
    const size_t end = std::min(script.size(), i + 1 + kContext);
    if (!hunks.empty() && first <= hunks.back().end) {
      hunks.back().end = end;
    } else {
      hunks.push_back({first, end});
    }
  }
  return hunks;
}

size_t count(const Script& script, size_t first, size_t end, char without) {
  return static_cast<size_t>(
      std::count_if(script.begin() + static_cast<std::ptrdiff_t>(first),
                    script.begin() + static_cast<std::ptrdiff_t>(end),
                    [without](const Edit& edit) { return edit.kind != without; }));
}

// "7,3"; an empty range stands behind the line before it.
std::string range(size_t before, size_t lines) {
  return fmt::format("{},{}", lines == 0 ? before : before + 1, lines);
}

}  // namespace

std::string text_diff(std::string_view before, std::string_view after, const std::string& from,
                      const std::string& to) {
  if (before == after) {
    return {};
  }
  const Script script = script_of(lines_of(before), lines_of(after));
  std::string out = fmt::format("--- {}\n+++ {}\n", from, to);
  for (const Hunk& hunk : hunks_of(script)) {
    out += fmt::format(
        "@@ -{} +{} @@\n",
        range(count(script, 0, hunk.first, '+'), count(script, hunk.first, hunk.end, '+')),
        range(count(script, 0, hunk.first, '-'), count(script, hunk.first, hunk.end, '-')));
    for (size_t i = hunk.first; i < hunk.end; ++i) {
      out += fmt::format("{}{}\n", script[i].kind, script[i].text);
    }
  }
  return out;
}

}  // namespace vitrine::config
