// What is wrong with a policy, where, and how to put it right.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitrine::policy {

enum class Severity : uint8_t { kError, kWarning, kNote };
std::string_view severity_name(Severity severity);

struct Mark {
  int line = 1;    // from 1
  int column = 1;  // from 1, in bytes as the YAML parser counts
};

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string file;
  Mark mark;
  std::string code;     // stable, for programs: "unknown-key", "shadowed-rule", ...
  std::string message;  // what is wrong
  std::string fix;      // what to write instead
  // "policy.yaml:3:5: error: unknown key 'sorce'; did you mean 'source'? [unknown-key]"
  std::string to_string() const;
};

// Collects; a policy with an error in it is not used.
class Problems {
 public:
  static constexpr size_t kMax = 200;

  explicit Problems(std::string file) : file_(std::move(file)) {}
  void error(Mark mark, std::string code, std::string message, std::string fix);
  void add(Diagnostic diagnostic);
  bool has_errors() const { return errors_ > 0; }
  bool full() const { return list_.size() >= kMax; }
  const std::vector<Diagnostic>& list() const { return list_; }
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::vector<Diagnostic> list_;
  size_t errors_ = 0;
};

// "did you mean 'source'?" where one of the words is near, else "" .
std::string suggestion(std::string_view word, const std::vector<std::string_view>& words);

}  // namespace vitrine::policy
