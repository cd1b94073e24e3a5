#include "policy/lang/yaml_tree.h"

#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace vitrine::policy {
namespace {

Mark mark_of(const YAML::Mark& mark) {
  return mark.is_null() ? Mark{} : Mark{mark.line + 1, mark.column + 1};
}

// Ends the parse at the first thing that this language does not have.
struct Refused {
  Mark mark;
  std::string code;
  std::string message;
  std::string fix;
};

class Builder : public YAML::EventHandler {
 public:
  explicit Builder(Node& root) : root_(root) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, "", anchor, Node::Kind::kNull, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_anchor(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    add(mark, tag, anchor, Node::Kind::kScalar, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::kList);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::kMap);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  [[noreturn]] static void refuse_anchor(const YAML::Mark& mark) {
    throw Refused{mark_of(mark), "anchor",
                  "anchors (&) and aliases (*) are not part of this language",
                  "write the value out, or name it in networks, services or user_groups; quote a "
                  "pattern that begins with * as in \"*.example.org\""};
  }

  Node& add(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind,
            const std::string& value) {
    if (anchor != 0) {
      refuse_anchor(mark);
    }
    if (!tag.empty() && tag != "?" && tag != "!") {  // yaml-cpp: "?" plain, "!" quoted
      throw Refused{mark_of(mark), "tag", "the tag '" + tag + "' is not part of this language",
                    "leave it out"};
    }
    if (++count_ > kMaxNodes) {
      throw Refused{mark_of(mark), "too-large",
                    "more than " + std::to_string(kMaxNodes) + " values",
                    "join networks, or move domains to the category file"};
    }
    Node node;
    node.kind = kind;
    node.mark = mark_of(mark);
    node.text = value;
    if (open_.empty()) {
      root_ = std::move(node);
      return root_;
    }
    Node& parent = *open_.back();
    if (parent.is_map() && parent.keys.size() == parent.items.size()) {
      if (kind != Node::Kind::kScalar) {
        throw Refused{node.mark, "bad-key",
                      std::string("a key must be a word, not ") + kind_name(kind),
                      "write KEY: VALUE"};
      }
      return parent.keys.emplace_back(std::move(node));
    }
    if (kind == Node::Kind::kNull && parent.is_map()) {
      node.mark = parent.keys.back().mark;  // yaml-cpp marks what follows
    }
    return parent.items.emplace_back(std::move(node));
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    if (open_.size() >= kMaxDepth) {
      throw Refused{mark_of(mark), "too-deep",
                    "nested more than " + std::to_string(kMaxDepth) + " deep",
                    "no part of a policy needs that"};
    }
    // A parent's vector does not move while its child is open, so the pointer holds.
    open_.push_back(&add(mark, tag, anchor, kind, ""));
  }

  Node& root_;
  std::vector<Node*> open_;
  size_t count_ = 0;
};

// yaml-cpp recurses on flow brackets before its events tell; count them first.
bool nests_too_deep(std::string_view text) {
  size_t brackets = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') {
      if (++brackets > 100'000) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

const char* kind_name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return "a word";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
  }
  return "nothing";
}

std::unique_ptr<Node> parse_yaml(std::string_view text, Problems& problems) {
  if (text.size() > kMaxPolicyBytes || nests_too_deep(text)) {
    problems.error({}, "too-large", "the policy is larger than 8 MiB, or has 100,000 brackets",
                   "join networks, or move domains to the category file");
    return nullptr;
  }
  auto root = std::make_unique<Node>();
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(*root);
    if (!parser.HandleNextDocument(builder)) {
      problems.error({}, "empty", "the policy is empty", "write at least 'version: 1'");
      return nullptr;
    }
    Node next;
    Builder rest(next);
    if (parser.HandleNextDocument(rest)) {
      problems.error(next.mark, "second-document", "a second YAML document begins here",
                     "keep one policy a file, without '---' between parts");
      return nullptr;
    }
    return root;
  } catch (const Refused& refused) {
    problems.error(refused.mark, refused.code, refused.message, refused.fix);
  } catch (const YAML::Exception& error) {
    problems.error(mark_of(error.mark), "yaml", "not YAML: " + error.msg,
                   "check indentation (spaces, no tabs), quotes and colons here");
  }
  return nullptr;
}

}  // namespace vitrine::policy
