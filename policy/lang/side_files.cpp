#include "policy/lang/side_files.h"

#include <algorithm>
#include <functional>

#include "policy/lang/reader.h"

namespace vitrine::policy {
namespace {

struct Word {
  std::string_view text;
  Mark mark;
};

std::vector<Word> words_of(std::string_view line, int number) {
  std::vector<Word> words;
  line = line.substr(0, line.find('#'));
  constexpr std::string_view kBlanks = " \t\r";
  size_t at = line.find_first_not_of(kBlanks);
  while (at != std::string_view::npos) {
    const size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
    words.push_back({line.substr(at, end - at), {number, static_cast<int>(at) + 1}});
    at = line.find_first_not_of(kBlanks, end);
  }
  return words;
}

// Calls `entry` for each line of two words.
void each_line(std::string_view text, const std::string& file, const std::string& form,
               Problems& problems, const std::function<void(const Word&, const Word&)>& entry) {
  int number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const auto words = words_of(text.substr(0, end), ++number);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.empty()) {
      continue;
    }
    if (words.size() != 2) {
      problems.add({Severity::kError, file, words[0].mark, "bad-line",
                    "a line of " + std::to_string(words.size()) + " words", "write " + form});
      continue;
    }
    entry(words[0], words[1]);
  }
}

}  // namespace

std::vector<CategoryEntry> parse_categories(std::string_view text, const std::string& file,
                                            Problems& problems) {
  std::vector<CategoryEntry> entries;
  each_line(text, file, "CATEGORY PATTERN", problems,
            [&](const Word& category, const Word& domain) {
              auto pattern = DomainPattern::parse(domain.text);
              if (!is_name(category.text)) {
                problems.add({Severity::kError, file, category.mark, "bad-name",
                              "'" + std::string(category.text) + "' cannot name a category",
                              "use letters, digits, '.', '_' and '-'"});
              } else if (!pattern) {
                problems.add({Severity::kError, file, domain.mark, "bad-domain",
                              pattern.status().message(), "correct the pattern"});
              } else {
                entries.push_back({std::string(category.text), std::move(pattern).value()});
              }
            });
  return entries;
}

std::vector<UserEntry> parse_user_table(std::string_view text, const std::string& file,
                                        Problems& problems) {
  struct Placed {
    UserEntry entry;
    Mark mark;
  };
  std::vector<Placed> placed;
  each_line(text, file, "ADDRESS USER", problems, [&](const Word& address, const Word& user) {
    const auto range = parse_addresses(address.text);
    if (!range) {
      problems.add({Severity::kError, file, address.mark, "bad-network", range.status().message(),
                    "write an address, network or range"});
    } else if (!is_name(user.text)) {
      problems.add({Severity::kError, file, user.mark, "bad-name",
                    "'" + std::string(user.text) + "' cannot name a user",
                    "use letters, digits, '.', '_' and '-'"});
    } else {
      placed.push_back({{*range, std::string(user.text)}, address.mark});
    }
  });
  std::stable_sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return a.entry.range.first < b.entry.range.first;
  });
  std::vector<UserEntry> entries;
  for (const Placed& next : placed) {
    if (!entries.empty() && next.entry.range.meets(entries.back().range)) {
      problems.add({Severity::kError, file, next.mark, "overlap",
                    to_string(next.entry.range) + " overlaps " + to_string(entries.back().range),
                    "give each address one user"});
      continue;
    }
    entries.push_back(next.entry);
  }
  return entries;
}

}  // namespace vitrine::policy
