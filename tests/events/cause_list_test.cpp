#include "host/events/cause_list.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "host/events/types.h"

namespace vitrine::events {
namespace {

TEST(CauseList, TheDocumentIsTheTable) {
  std::ifstream file(VITRINE_SOURCE_DIR "/docs/causes.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), causes_markdown()) << "run `vitrine causes --markdown > docs/causes.md`";
}

// What an operator is left with nothing to do about is said here, so that no cause is forgotten.
TEST(CauseList, EveryCauseSaysWhatToDoNextButThoseThatAreNoFault) {
  for (const CauseText& cause : kCauses) {
    const bool no_fault =
        cause.code.empty() || cause.code == "idle_timeout" || cause.code == "shutdown";
    EXPECT_EQ(cause.advice.empty(), no_fault) << cause.code;
  }
}

}  // namespace
}  // namespace vitrine::events
