#include "host/trust/path_builder.h"

#include <algorithm>
#include <tuple>

#include <openssl/err.h>

#include "host/trust/checks.h"

namespace vitrine::trust {
namespace {

bool key_id_matches(const Facts& subject, const Facts& issuer) {
  return subject.authority_key && subject.authority_key->key_id && issuer.subject_key_id &&
         *subject.authority_key->key_id == *issuer.subject_key_id;
}

bool key_id_differs(const Facts& subject, const Facts& issuer) {
  return subject.authority_key && subject.authority_key->key_id && issuer.subject_key_id &&
         *subject.authority_key->key_id != *issuer.subject_key_id;
}

bool valid_at(const Facts& facts, time_t now) {
  return facts.validity && facts.validity->not_before <= now && now <= facts.validity->not_after;
}

// What can be said of the last certificate of a path that has no anchor yet. Names are compared
// with constraints once there is one only: before, a server could have it done for every order of
// its certificates.
Failure judge_last(const Path& path) {
  for (const Check& check : check_table()) {
    if (check.scope == CheckScope::kCertificate && check.profile == Profile::kRfc5280 &&
        check.run != check_name_constraints) {
      if (Outcome finding = check.run(path, path.size() - 1)) {
        return {&check, *std::move(finding)};
      }
    }
  }
  return {};
}

}  // namespace

Failure judge(const Path& path) {
  for (const Check& check : check_table()) {
    if (check.run == nullptr || !applies(check, path)) {
      continue;
    }
    const size_t count = check.scope == CheckScope::kPath ? 1 : path.size();
    for (size_t depth = 0; depth < count; ++depth) {
      if (Outcome finding = check.run(path, depth)) {
        return {&check, *std::move(finding)};
      }
    }
  }
  return {};
}

Built PathBuilder::build(Path start) {
  const Anchor* const own = anchors_.find(start.at(0));
  if ((own != nullptr && finish(start, *own)) || extend(start)) {
    return best_;
  }
  if (exhausted_) {
    if (best_.path.certificates.empty()) {
      best_.path = start;
    }
    best_.failed = &check_by_id("limits");
    best_.finding = {X509_V_ERR_CERT_CHAIN_TOO_LONG, 0, "finding a path takes too much work"};
  }
  return best_;
}

std::vector<PathBuilder::Candidate> PathBuilder::candidates(const Path& path) const {
  const Facts& top = path.at(path.size() - 1);
  std::vector<Candidate> found;
  for (const Anchor* anchor : anchors_.issuers_of(top)) {
    found.push_back({anchor->facts.get(), anchor});
  }
  for (const std::shared_ptr<const Facts>& one : pool_) {
    if (one->subject_hash == top.issuer_hash &&
        X509_NAME_cmp(X509_get_subject_name(one->x509()), X509_get_issuer_name(top.x509())) == 0 &&
        anchors_.find(*one) == nullptr) {
      found.push_back({one.get(), nullptr});
    }
  }
  std::erase_if(found, [&](const Candidate& candidate) {
    return std::any_of(path.certificates.begin(), path.certificates.end(), [&](const Facts* used) {
      return used->identity == candidate.facts->identity;
    });
  });
  const auto order = [&](const Candidate& candidate) {
    const Facts& facts = *candidate.facts;
    return std::make_tuple(candidate.anchor == nullptr, !key_id_matches(top, facts),
                           !valid_at(facts, path.now),
                           facts.validity ? -facts.validity->not_before : 0);
  };
  std::stable_sort(found.begin(), found.end(),
                   [&](const Candidate& a, const Candidate& b) { return order(a) < order(b); });
  return found;
}

// True: an accepted path is in best_.
bool PathBuilder::extend(Path& path) {
  const std::vector<Candidate> found = candidates(path);
  const Rank before = rank_;
  for (const Candidate& candidate : found) {
    if (exhausted_) {
      return false;
    }
    if (try_candidate(path, candidate)) {
      return true;
    }
  }
  if (found.empty() || (rank_ == before && rank_ == Rank::kNone)) {
    dead_end(path);
  }
  return false;
}

bool PathBuilder::try_candidate(Path& path, const Candidate& candidate) {
  if (++steps_ > limits_.max_steps) {
    exhausted_ = true;
    return false;
  }
  const size_t below = path.size() - 1;
  const Facts& subject = path.at(below);
  path.certificates.push_back(candidate.facts);
  const auto leave = [&path] { path.certificates.pop_back(); };
  // A key that is not accepted is not worth a verification, which it may have been made to cost.
  if (Outcome weak = check_key(path, below + 1)) {
    note(Rank::kIssuer, path, check_by_id("key"), *std::move(weak));
    leave();
    return false;
  }
  if (!signed_by(subject, *candidate.facts)) {
    if (!exhausted_ && !key_id_differs(subject, *candidate.facts)) {
      note(Rank::kSignature, path, check_by_id("signature"),
           {X509_V_ERR_CERT_SIGNATURE_FAILURE, below, "the signature does not verify"});
    }
    leave();
    return false;
  }
  if (candidate.anchor != nullptr) {
    if (finish(path, *candidate.anchor)) {
      return true;
    }
  } else if (path.size() - 1 > limits_.max_intermediates) {
    note(Rank::kIssuer, path, check_by_id("limits"),
         {X509_V_ERR_CERT_CHAIN_TOO_LONG, path.size() - 1, "more intermediates than the limit"});
  } else if (Failure failure = judge_last(path); failure.check != nullptr) {
    note(Rank::kIssuer, path, *failure.check, std::move(failure.finding));
  } else if (extend(path)) {
    return true;
  }
  leave();
  return false;
}

// The last certificate of the path is the anchor.
bool PathBuilder::finish(Path& path, const Anchor& anchor) {
  path.anchored = true;
  path.anchor_vetted = anchor.origin == AnchorOrigin::kSystem;
  path.profile = profile_.value_or(anchor.profile());
  Failure failure = judge(path);
  if (failure.check == nullptr) {
    best_ = {path, nullptr, {}};
    return true;
  }
  note(Rank::kAnchored, path, *failure.check, std::move(failure.finding));
  path.anchored = false;
  path.anchor_vetted = false;
  path.profile = Profile::kRfc5280;
  return false;
}

void PathBuilder::dead_end(const Path& path) {
  const size_t last = path.size() - 1;
  const Facts& top = path.at(last);
  Finding finding{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, last,
                  "no certificate of the issuer is at hand"};
  if (top.self_issued && signed_by(top, top)) {
    finding.code =
        last == 0 ? X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT : X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN;
    finding.detail = "self signed, and not trusted";
  }
  note(Rank::kNoIssuer, path, check_by_id("trust-anchor"), std::move(finding));
}

void PathBuilder::note(Rank rank, const Path& path, const Check& check, Finding finding) {
  const bool longer = rank == rank_ && rank == Rank::kNoIssuer && path.size() > best_.path.size();
  if (rank > rank_ || longer) {
    rank_ = rank;
    best_ = {path, &check, std::move(finding)};
  }
}

bool PathBuilder::signed_by(const Facts& subject, const Facts& issuer) {
  const std::pair<const Facts*, const Facts*> pair(&subject, &issuer);
  if (const auto known = signatures_.find(pair); known != signatures_.end()) {
    return known->second;
  }
  if (signatures_.size() == limits_.max_signatures) {
    exhausted_ = true;
    return false;
  }
  EVP_PKEY* const key = X509_get0_pubkey(issuer.x509());
  const bool good = key != nullptr && X509_verify(subject.x509(), key) == 1;
  ERR_clear_error();
  signatures_.emplace(pair, good);
  return good;
}

}  // namespace vitrine::trust
