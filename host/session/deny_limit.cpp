#include "host/session/deny_limit.h"

namespace vitrine::session {

bool DenyLimit::admit(card::FlowKey key, uint64_t now_ns) {
  key.source_port = 0;  // each attempt has another
  const auto found = told_.find(key);
  if (found != told_.end() && now_ns - found->second < kRepeatNs) {
    return false;
  }
  if (now_ns / kSecondNs != second_) {
    second_ = now_ns / kSecondNs;
    in_second_ = 0;
  }
  if (in_second_ >= kPerSecond) {
    return false;
  }
  ++in_second_;
  if (found == told_.end() && told_.size() >= kMaxRemembered) {
    told_.clear();  // a few are told twice
  }
  told_[key] = now_ns;
  return true;
}

}  // namespace vitrine::session
