// Reading typed values out of the tree; every mismatch is an error with a place and a fix.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/lang/diagnostic.h"
#include "policy/lang/yaml_tree.h"

namespace vitrine::policy {

// A map whose keys must be among the known ones, each at most once.
class MapReader {
 public:
  // The node and the problems outlive the reader.  Where the node is no map, says so and is empty.
  MapReader(Problems& problems, const Node& node, std::string what,
            std::vector<std::string_view> keys);
  const Node* get(std::string_view key) const;
  // An error where it is missing.
  const Node* need(std::string_view key, std::string_view fix) const;

 private:
  Problems& problems_;
  const Node& node_;
  std::string what_;
  std::map<std::string_view, const Node*> values_;
};

// One word.
std::optional<std::string> read_word(Problems& problems, const Node& node, std::string_view what);
// A list of words, or one word; never empty.
std::vector<const Node*> read_list(Problems& problems, const Node& node, std::string_view what);
std::optional<bool> read_bool(Problems& problems, const Node& node, std::string_view what);
std::optional<uint32_t> read_number(Problems& problems, const Node& node, std::string_view what,
                                    uint32_t least, uint32_t most);
// One of the words; its index.
std::optional<size_t> read_choice(Problems& problems, const Node& node, std::string_view what,
                                  const std::vector<std::string_view>& words);
// Letters, digits, '.', '_' and '-', at most 64, beginning with a letter or digit.
bool is_name(std::string_view text);
// "a, b or c"
std::string choices(const std::vector<std::string_view>& words);

}  // namespace vitrine::policy
