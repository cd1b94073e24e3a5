// Named sets that may name each other: networks and groups of them, services and groups of them.
//
// Resolved on demand; cycles, unknown names and double names are errors where they stand.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/lang/reader.h"
#include "policy/lang/rulebook.h"

namespace vitrine::policy {

template <typename Set>
class NamedSets {
 public:
  struct Words {
    std::string kind;      // "network"
    std::string key;       // "networks": where they are defined
    std::string code;      // "network": in the codes of errors
    std::string literals;  // "an address, network or range"
  };
  // Reads what is no name: "10.0.0.0/8"; says why not.
  using Literal = std::function<Result<typename Set::Range>(std::string_view)>;

  // What a name stands for beside its elements; such names need no element.
  using Self = std::function<typename Set::Range(const std::string&)>;

  NamedSets(Problems& problems, Rulebook& book, Words words, Literal literal, Self self = {})
      : problems_(problems),
        book_(book),
        words_(std::move(words)),
        literal_(std::move(literal)),
        self_(std::move(self)) {}

  // Takes the names of a map NAME: [ELEMENT, ...]; the node outlives this object.
  void declare(const Node& map) {
    if (!map.is_map()) {
      problems_.error(map.mark, "wrong-kind",
                      "'" + words_.key + "' must be a map, not " + kind_name(map.kind),
                      "write NAME: [" + words_.literals + ", ...] lines");
      return;
    }
    for (size_t i = 0; i < map.items.size(); ++i) {
      const Node& key = map.keys[i];
      if (!is_name(key.text) || key.text == "any" || literal_(key.text)) {
        problems_.error(
            key.mark, "bad-name", "'" + key.text + "' cannot name a " + words_.kind,
            "use letters, digits, '.', '_' and '-', and nothing that is itself a value");
      } else if (!entries_.try_emplace(key.text, Entry{&map.items[i]}).second) {
        problems_.error(key.mark, "duplicate-name",
                        "the " + words_.kind + " '" + key.text + "' is defined twice",
                        "rename or remove one of them");
      } else {
        book_.objects.push_back({words_.kind, key.text, key.mark});
      }
    }
  }

  bool has(const std::string& name) const { return entries_.count(name) > 0; }

  void resolve_all() {
    for (auto& [name, entry] : entries_) {
      resolve(name, entry);
    }
  }

  // The union of the elements; `user` is noted as user of what they name.
  Set read(const Node& node, const std::string& what, const std::string& user) {
    std::vector<typename Set::Range> ranges;
    for (const Node* item : read_list(problems_, node, what)) {
      add(*item, user, ranges);
    }
    return Set(std::move(ranges));
  }

 private:
  struct Entry {
    const Node* node;
    enum class State : uint8_t { kNew, kOpen, kDone } state = State::kNew;
    Set set = {};
  };

  void add(const Node& item, const std::string& user, std::vector<typename Set::Range>& ranges) {
    if (item.text == "any") {
      const Set all = Set::all();
      ranges.insert(ranges.end(), all.ranges().begin(), all.ranges().end());
      return;
    }
    const auto it = entries_.find(item.text);
    if (it != entries_.end()) {
      book_.references.push_back({words_.kind, item.text, user, item.mark});
      const Set& set = resolve_from(it->first, it->second, item);
      ranges.insert(ranges.end(), set.ranges().begin(), set.ranges().end());
      return;
    }
    const auto range = literal_(item.text);
    if (range) {
      ranges.push_back(*range);
      return;
    }
    if (!is_name(item.text) || item.text.find_first_of("./") != std::string::npos ||
        (item.text[0] >= '0' && item.text[0] <= '9')) {
      problems_.error(item.mark, "bad-" + words_.code, range.status().message(),
                      "write " + words_.literals + ", or the name of a " + words_.kind);
      return;
    }
    std::vector<std::string_view> names;
    for (const auto& [name, entry] : entries_) {
      names.push_back(name);
    }
    const std::string near = suggestion(item.text, names);
    problems_.error(
        item.mark, "unknown-" + words_.code, "no " + words_.kind + " '" + item.text + "'",
        near.empty() ? "define it under '" + words_.key + "', or write " + words_.literals : near);
  }

  const Set& resolve_from(const std::string& name, Entry& entry, const Node& from) {
    if (entry.state == Entry::State::kOpen) {
      std::string path;
      for (const std::string& step : path_) {
        path += step + " -> ";
      }
      problems_.error(from.mark, "cycle",
                      words_.kind + "s name each other in a circle: " + path + name,
                      "remove '" + name + "' from '" + path_.back() + "'");
      return entry.set;
    }
    resolve(name, entry);
    return entry.set;
  }

  void resolve(const std::string& name, Entry& entry) {
    if (entry.state != Entry::State::kNew) {
      return;
    }
    if (path_.size() >= kMaxNesting) {
      problems_.error(entry.node->mark, "too-deep",
                      words_.kind + " groups are nested more than 32 deep", "flatten them");
      return;
    }
    entry.state = Entry::State::kOpen;
    path_.push_back(name);
    if (!self_ || entry.node->kind != Node::Kind::kNull) {
      entry.set = read(*entry.node, "the " + words_.kind + " '" + name + "'",
                       words_.kind + " '" + name + "'");
    }
    if (self_) {
      entry.set = entry.set | Set({self_(name)});
    }
    path_.pop_back();
    entry.state = Entry::State::kDone;
  }

  static constexpr size_t kMaxNesting = 32;
  Problems& problems_;
  Rulebook& book_;
  const Words words_;
  const Literal literal_;
  const Self self_;
  std::map<std::string, Entry> entries_;
  std::vector<std::string> path_;  // names being resolved
};

}  // namespace vitrine::policy
