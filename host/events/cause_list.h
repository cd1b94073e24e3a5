// docs/causes.md, from the table of causes.
#pragma once

#include <string>

namespace vitrine::events {

// Every stable cause code with leg, meaning, and what to do next.
std::string causes_markdown();

}  // namespace vitrine::events
