#include "host/session/totals.h"

namespace vitrine::session {
namespace {

struct CountText {
  const char* name;
  const char* text;
};
#define VITRINE_COUNT_TEXT(name, counter, text) CountText{counter, text},
constexpr CountText kCountTexts[] = {VITRINE_SESSION_COUNTS(VITRINE_COUNT_TEXT)};
#undef VITRINE_COUNT_TEXT

}  // namespace

void Totals::add_relay(const std::string& reason) {
  if (relay_reasons_.size() < kMaxReasons || relay_reasons_.contains(reason)) {
    ++relay_reasons_[reason];
  } else {
    ++relay_reasons_["other"];
  }
}

std::vector<api::NamedCount> Totals::counts() const {
  std::vector<api::NamedCount> rows;
  for (size_t i = 0; i < counts_.size(); ++i) {
    rows.push_back({kCountTexts[i].name, counts_[i], kCountTexts[i].text});
  }
  return rows;
}

std::vector<api::NamedCount> Totals::relay_reasons() const {
  std::vector<api::NamedCount> rows;
  for (const auto& [reason, count] : relay_reasons_) {
    rows.push_back({reason, count, reason});
  }
  return rows;
}

}  // namespace vitrine::session
