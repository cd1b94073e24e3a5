#include "host/session/exclusions.h"

#include <algorithm>

namespace vitrine::session {
namespace {

constexpr uint64_t kNsOfSecond = 1'000'000'000;

bool is_of_client(policy::Undecryptable cause) {
  return cause == policy::Undecryptable::kPinned || cause == policy::Undecryptable::kEncryptedHello;
}

}  // namespace

std::optional<policy::Undecryptable> undecryptable(const Failure& failure) {
  switch (failure.cause) {
    case events::Cause::kServerWantsCertificate:
      return policy::Undecryptable::kClientCertificate;
    case events::Cause::kClientRejectedCertificate:
      return policy::Undecryptable::kPinned;
    case events::Cause::kClientWantsEch:
      return policy::Undecryptable::kEncryptedHello;
    case events::Cause::kServerProtocolVersion:
      return policy::Undecryptable::kUnsupportedVersion;
    case events::Cause::kServerRefusedHandshake:
      return policy::Undecryptable::kUnsupportedSuite;
    default:
      return std::nullopt;
  }
}

ExclusionTable::Key ExclusionTable::key_of(const FlowFacts& flow, bool for_client) {
  return {for_client ? std::optional(flow.key.source) : std::nullopt, flow.key.destination,
          flow.key.destination_port, flow.server_name};
}

bool ExclusionTable::note(const FlowFacts& flow, policy::Undecryptable cause,
                          const policy::UndecryptablePolicy& policy, uint64_t now_ns) {
  const Key key = key_of(flow, is_of_client(cause));
  auto found = index_.find(key);
  if (found != index_.end() && found->second->until_ns <= now_ns) {
    entries_.erase(found->second);
    index_.erase(found);
    found = index_.end();
  }
  if (found == index_.end()) {
    if (entries_.size() >= capacity_) {
      const Exclusion& oldest = entries_.front();
      index_.erase({oldest.client, oldest.server.address, oldest.server.port, oldest.server_name});
      entries_.pop_front();
    }
    Exclusion entry;
    entry.client = std::get<0>(key);
    entry.server = flow.server();
    entry.server_name = flow.server_name;
    found = index_.emplace(key, entries_.insert(entries_.end(), std::move(entry))).first;
  }
  Exclusion& entry = *found->second;
  ++entry.failures;
  entry.cause = cause;
  entry.until_ns = now_ns + policy.exclude_for_s * kNsOfSecond;
  const bool newly = !entry.excluded && entry.failures >= policy.exclude_after;
  entry.excluded = entry.excluded || newly;
  return newly;
}

std::optional<policy::Undecryptable> ExclusionTable::find(const FlowFacts& flow,
                                                          uint64_t now_ns) const {
  for (const bool for_client : {false, true}) {
    const auto found = index_.find(key_of(flow, for_client));
    if (found != index_.end() && found->second->excluded && found->second->until_ns > now_ns) {
      return found->second->cause;
    }
  }
  return std::nullopt;
}

std::vector<Exclusion> ExclusionTable::list(uint64_t now_ns) const {
  std::vector<Exclusion> in_force;
  std::copy_if(entries_.begin(), entries_.end(), std::back_inserter(in_force),
               [&](const Exclusion& entry) { return entry.excluded && entry.until_ns > now_ns; });
  return in_force;
}

size_t ExclusionTable::clear(uint64_t now_ns) {
  const size_t in_force = list(now_ns).size();
  entries_.clear();
  index_.clear();
  return in_force;
}

}  // namespace vitrine::session
