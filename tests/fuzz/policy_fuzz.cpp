// The policy parser on arbitrary text: no crash; either a rulebook or an error with a place and a
// fix; and what is read can be evaluated and compiled.
#include <cstdlib>
#include <string>

#include "policy/compile/compile.h"
#include "policy/eval/evaluator.h"
#include "policy/eval/reference.h"
#include "policy/lang/edit.h"
#include "policy/lang/load.h"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

vitrine::Result<std::string> side_file(const std::string& name) {
  if (name.find("users") != std::string::npos || name.find("teachers") != std::string::npos) {
    return std::string("10.0.0.1 ada\n10.0.1.0/24 grace\n");
  }
  return std::string("banking .bank.example\nhealth clinic.example\nsocial *.video.example\n");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine::policy;  // NOLINT(google-build-using-namespace): one function
  constexpr size_t kMaxSize = 1U << 16;
  if (size > kMaxSize) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Loaded loaded = load_rulebook(text, "fuzz.yaml", side_file);
  bool errors = false;
  for (const Diagnostic& problem : loaded.problems) {
    require(problem.mark.line >= 1 && problem.mark.column >= 1);
    require(!problem.message.empty() && !problem.fix.empty() && !problem.code.empty());
    errors = errors || problem.severity == Severity::kError;
  }
  require(errors == (loaded.book == nullptr));
  if (loaded.book != nullptr) {
    const Evaluator evaluator(loaded.book);
    Facts facts;
    facts.key.source = vitrine::IpAddress::parse("10.0.0.1").value();
    facts.key.destination = vitrine::IpAddress::parse("192.0.2.1").value();
    facts.key.destination_port = 443;
    require(evaluator.decide(facts) == decide_reference(*loaded.book, facts));
    facts.known = Knowledge::never();
    require(evaluator.decide(facts).ruling != Ruling::kNeedMore);
    (void)compile_rulebook(*loaded.book, {});
  }
  (void)insert_rule(text, "decryption", Place::kFirst, "", "name: fuzz\naction: decrypt\n");
  return 0;
}
