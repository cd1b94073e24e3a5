#include "policy/lang/edit.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "policy/lang/yaml_tree.h"

namespace vitrine::policy {
namespace {

// Where a rule of a list stands: lines from `first` to before `end`, counted from 0.
struct Item {
  std::string name;
  size_t first;
  size_t end;
  size_t indent;  // of its dash
};

struct Document {
  std::vector<std::string> lines;  // without newlines
  std::vector<Item> items;
  size_t key_line = 0;  // of "decryption:"
};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line + "\n";
  }
  return text;
}

bool is_blank_or_comment(const std::string& line) {
  const size_t at = line.find_first_not_of(" \t\r");
  return at == std::string::npos || line[at] == '#';
}

size_t indent_of(const std::string& line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

std::optional<std::string> name_of(const Node& rule) {
  for (size_t i = 0; i < rule.items.size(); ++i) {
    if (rule.keys[i].text == "name") {
      return rule.items[i].text;
    }
  }
  return std::nullopt;
}

// The first error of the parser, for a caller that shows one line.
Status not_yaml(const Problems& problems) {
  return {Code::kMalformed, problems.list().front().to_string()};
}

Result<Document> read(std::string_view policy, const std::string& list) {
  Problems problems("policy");
  const auto root = parse_yaml(policy, problems);
  if (root == nullptr) {
    return not_yaml(problems);
  }
  Document document;
  document.lines = lines_of(policy);
  for (size_t i = 0; root->is_map() && i < root->items.size(); ++i) {
    if (root->keys[i].text != list) {
      continue;
    }
    document.key_line = static_cast<size_t>(root->keys[i].mark.line) - 1;
    const Node& rules = root->items[i];
    if (rules.kind == Node::Kind::kNull) {
      return document;
    }
    if (!rules.is_list()) {
      return Status(Code::kInvalidArgument, "'" + list + "' is not a list of rules");
    }
    for (const Node& rule : rules.items) {
      size_t first = static_cast<size_t>(rule.mark.line) - 1;
      // The dash may stand on a line above the rule's first key.
      while (first > document.key_line &&
             document.lines[first].find_first_not_of(" -") != std::string::npos &&
             document.lines[first][indent_of(document.lines[first])] != '-') {
        --first;
      }
      const size_t indent = indent_of(document.lines[first]);
      const auto name = name_of(rule);
      if (!name || indent >= document.lines[first].size() || document.lines[first][indent] != '-') {
        return Status(
            Code::kUnsupported,
            "line " + std::to_string(rule.mark.line) + ": '" + list +
                "' is not written as a block list with a name in each rule; write each rule "
                "as '- name: NAME' on lines of its own");
      }
      document.items.push_back({*name, first, first, indent});
    }
    for (Item& item : document.items) {  // until a line that is not indented deeper than the dash
      item.end = item.first + 1;
      for (size_t line = item.end; line < document.lines.size(); ++line) {
        if (is_blank_or_comment(document.lines[line])) {
          continue;
        }
        if (indent_of(document.lines[line]) <= item.indent) {
          break;
        }
        item.end = line + 1;
      }
    }
    return document;
  }
  return Status(Code::kNotFound,
                "the policy has no '" + list + "' list; add '" + list + ":' to it");
}

Result<size_t> find(const Document& document, const std::string& list, const std::string& name) {
  for (size_t i = 0; i < document.items.size(); ++i) {
    if (document.items[i].name == name) {
      return i;
    }
  }
  return {Code::kNotFound, "there is no " + list + " rule '" + name + "'"};
}

std::vector<std::string> names(const Document& document) {
  std::vector<std::string> out;
  for (const Item& item : document.items) {
    out.push_back(item.name);
  }
  return out;
}

// The edited text, once it has been seen to hold exactly these rules.
Result<std::string> verified(const std::vector<std::string>& lines, const std::string& list,
                             const std::vector<std::string>& expected) {
  std::string text = join(lines);
  const auto again = read(text, list);
  if (!again) {
    return again.status();
  }
  if (names(*again) != expected) {
    return {Code::kUnsupported,
            "the rule cannot be placed there without changing others: write the list "
            "as a block list, one key a line"};
  }
  return text;
}

}  // namespace

Result<std::string> insert_rule(std::string_view policy, const std::string& list, Place place,
                                const std::string& anchor, std::string_view rule) {
  Problems problems("rule");
  const auto parsed = parse_yaml(rule, problems);
  if (parsed == nullptr) {
    return not_yaml(problems);
  }
  const auto name = parsed->is_map() ? name_of(*parsed) : std::nullopt;
  if (!name) {
    return {Code::kInvalidArgument, "a rule is KEY: VALUE lines, one of them 'name: NAME'"};
  }
  auto document = read(policy, list);
  if (!document) {
    return document.status();
  }
  size_t index = place == Place::kFirst ? 0 : document->items.size();
  if (place == Place::kAbove || place == Place::kBelow) {
    const auto found = find(*document, list, anchor);
    if (!found) {
      return found.status();
    }
    index = *found + (place == Place::kBelow ? 1 : 0);
  }
  auto& lines = document->lines;
  const auto& items = document->items;
  const size_t at = items.empty() ? document->key_line + 1
                    : index == 0
                        ? items[0].first
                        : (place == Place::kAbove ? items[index].first : items[index - 1].end);
  const std::string indent(items.empty() ? 2 : items[0].indent, ' ');
  std::vector<std::string> added;
  for (const std::string& line : lines_of(rule)) {
    const bool first = added.empty();
    if (!first || !is_blank_or_comment(line)) {
      added.push_back(indent + (first ? "- " : "  ") + line);
    }
  }
  lines.insert(lines.begin() + static_cast<ptrdiff_t>(at), added.begin(), added.end());
  auto expected = names(*document);
  expected.insert(expected.begin() + static_cast<ptrdiff_t>(index), *name);
  return verified(lines, list, expected);
}

Result<std::string> remove_rule(std::string_view policy, const std::string& list,
                                const std::string& name) {
  auto document = read(policy, list);
  if (!document) {
    return document.status();
  }
  const auto found = find(*document, list, name);
  if (!found) {
    return found.status();
  }
  const Item& item = document->items[*found];
  auto expected = names(*document);
  expected.erase(expected.begin() + static_cast<ptrdiff_t>(*found));
  auto& lines = document->lines;
  lines.erase(lines.begin() + static_cast<ptrdiff_t>(item.first),
              lines.begin() + static_cast<ptrdiff_t>(item.end));
  return verified(lines, list, expected);
}

}  // namespace vitrine::policy
