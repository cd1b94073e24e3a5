#include "tests/session/fake_card.h"

#include <sys/eventfd.h>

namespace vitrine::test {

FakeCard::FakeCard() : ready_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Status FakeCard::inject(card::InjectAs how, const card::FrameMeta& meta, Bytes frame) {
  injected_.push_back({how, meta.port, {frame.begin(), frame.end()}});
  return {};
}

Result<card::FlowId> FakeCard::install(const card::FlowSpec& spec) {
  if (!install_answer) {
    return install_answer;
  }
  if (installed.size() >= max_flows) {
    return {Code::kExhausted, "the table is full"};
  }
  installed[next_] = spec;
  return next_++;
}

Result<card::FlowStats> FakeCard::remove(card::FlowId flow) {
  if (installed.erase(flow) == 0) {
    return {Code::kNotFound, "no such flow"};
  }
  removed.push_back(flow);
  return stats;
}

Status FakeCard::update_keys(card::FlowId flow, card::Direction, const card::RecordKey&,
                             const card::RecordKey&) {
  if (!installed.contains(flow)) {
    return {Code::kNotFound, "no such flow"};
  }
  key_updates += update_keys_answer ? 1 : 0;
  return update_keys_answer;
}

Result<card::FlowStats> FakeCard::flow_stats(card::FlowId flow) const {
  if (!installed.contains(flow)) {
    return {Code::kNotFound, "no such flow"};
  }
  return stats;
}

}  // namespace vitrine::test
