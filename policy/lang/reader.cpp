#include "policy/lang/reader.h"

#include <algorithm>
#include <charconv>

namespace vitrine::policy {
namespace {

constexpr size_t kMaxNameLength = 64;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string quoted(std::string_view text) {
  constexpr size_t kShown = 80;
  return "'" + std::string(text.substr(0, kShown)) + (text.size() > kShown ? "...'" : "'");
}

}  // namespace

std::string choices(const std::vector<std::string_view>& words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    out += i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

MapReader::MapReader(Problems& problems, const Node& node, std::string what,
                     std::vector<std::string_view> keys)
    : problems_(problems), node_(node), what_(std::move(what)) {
  if (!node.is_map()) {
    problems_.error(node.mark, "wrong-kind", what_ + " must be a map, not " + kind_name(node.kind),
                    "write KEY: VALUE lines with the keys " + choices(keys));
    return;
  }
  for (size_t i = 0; i < node.items.size(); ++i) {
    const Node& key = node.keys[i];
    if (std::find(keys.begin(), keys.end(), key.text) == keys.end()) {
      const std::string near = suggestion(key.text, keys);
      problems_.error(key.mark, "unknown-key", "unknown key " + quoted(key.text) + " in " + what_,
                      near.empty() ? "the keys are " + choices(keys) : near);
    } else if (!values_.emplace(key.text, &node.items[i]).second) {
      problems_.error(key.mark, "duplicate-key",
                      "key " + quoted(key.text) + " stands twice in " + what_, "keep one of them");
    }
  }
}

const Node* MapReader::get(std::string_view key) const {
  const auto it = values_.find(key);
  return it == values_.end() ? nullptr : it->second;
}

const Node* MapReader::need(std::string_view key, std::string_view fix) const {
  const Node* found = get(key);
  if (found == nullptr && node_.is_map()) {
    problems_.error(node_.mark, "missing-key", what_ + " has no '" + std::string(key) + "'",
                    std::string(fix));
  }
  return found;
}

std::optional<std::string> read_word(Problems& problems, const Node& node, std::string_view what) {
  if (!node.is_scalar() || node.text.empty()) {
    problems.error(node.mark, "wrong-kind",
                   std::string(what) + " must be a word, not " +
                       (node.is_scalar() ? "an empty one" : kind_name(node.kind)),
                   "write one value");
    return std::nullopt;
  }
  return node.text;
}

std::vector<const Node*> read_list(Problems& problems, const Node& node, std::string_view what) {
  std::vector<const Node*> words;
  if (node.is_scalar()) {
    if (read_word(problems, node, what)) {
      words.push_back(&node);
    }
    return words;
  }
  if (!node.is_list()) {
    problems.error(node.mark, "wrong-kind",
                   std::string(what) + " must be a list, not " + kind_name(node.kind),
                   "write [a, b], or leave the key out");
    return words;
  }
  if (node.items.empty()) {
    problems.error(node.mark, "empty-list", std::string(what) + " is an empty list",
                   "leave the key out to ask nothing, or name at least one");
  }
  for (const Node& item : node.items) {
    if (read_word(problems, item, "an element of " + std::string(what))) {
      words.push_back(&item);
    }
  }
  return words;
}

std::optional<bool> read_bool(Problems& problems, const Node& node, std::string_view what) {
  const auto index = read_choice(problems, node, what, {"false", "true"});
  return index ? std::optional<bool>(*index == 1) : std::nullopt;
}

std::optional<uint32_t> read_number(Problems& problems, const Node& node, std::string_view what,
                                    uint32_t least, uint32_t most) {
  uint32_t value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  if (!node.is_scalar() || node.text.empty() || error != std::errc() || stop != end ||
      value < least || value > most) {
    problems.error(node.mark, "bad-number",
                   std::string(what) + " is not a number from " + std::to_string(least) + " to " +
                       std::to_string(most),
                   "write such a number");
    return std::nullopt;
  }
  return value;
}

std::optional<size_t> read_choice(Problems& problems, const Node& node, std::string_view what,
                                  const std::vector<std::string_view>& words) {
  const auto it = std::find(words.begin(), words.end(), node.text);
  if (node.is_scalar() && it != words.end()) {
    return static_cast<size_t>(it - words.begin());
  }
  const std::string near = suggestion(node.text, words);
  problems.error(node.mark, "bad-value",
                 std::string(what) + " cannot be " +
                     (node.is_scalar() ? quoted(node.text) : std::string(kind_name(node.kind))),
                 near.empty() ? "say " + choices(words) : near + " It can be " + choices(words));
  return std::nullopt;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameLength && is_letter_or_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
         });
}

}  // namespace vitrine::policy
