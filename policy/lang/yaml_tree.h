// A YAML document as a tree that remembers where everything stands.
//
// Accepts one document of block or flow maps, lists and scalars.  Anchors, aliases and tags are
// refused: they would let a small text stand for a huge policy, and hide where a value comes from.
// Untrusted input: bounded in size, depth and nodes; yaml-cpp's exceptions end here.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/lang/diagnostic.h"

namespace vitrine::policy {

struct Node {
  enum class Kind : uint8_t { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  Mark mark;
  std::string text;        // a scalar
  std::vector<Node> keys;  // a map: scalars, beside `items`
  std::vector<Node> items;

  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_map() const { return kind == Kind::kMap; }
};
// "a map", "a list", "a word", "nothing"
const char* kind_name(Node::Kind kind);

constexpr size_t kMaxPolicyBytes = 8U << 20;
constexpr size_t kMaxDepth = 16;
constexpr size_t kMaxNodes = 2'000'000;

// The root; null with an error in `problems`.
std::unique_ptr<Node> parse_yaml(std::string_view text, Problems& problems);

}  // namespace vitrine::policy
