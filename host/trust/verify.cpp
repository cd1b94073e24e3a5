#include "host/trust/verify.h"

#include <algorithm>

#include <openssl/err.h>

#include "host/trust/path_builder.h"

namespace vitrine::trust {
namespace {

void fail(Verdict& verdict, const Check& check, const Finding& finding, X509* certificate) {
  verdict.trusted = false;
  verdict.code = finding.code != X509_V_OK ? finding.code : X509_V_ERR_UNSPECIFIED;
  verdict.depth = static_cast<int>(finding.depth);
  verdict.check = check.id;
  verdict.detail = finding.detail;
  // OpenSSL's text for these two says nothing.
  const bool vague =
      verdict.code == X509_V_ERR_UNSPECIFIED || verdict.code == X509_V_ERR_INVALID_EXTENSION;
  verdict.text = vague ? finding.detail : verify_error_text(verdict.code);
  if (certificate != nullptr) {
    verdict.subject = subject_of(certificate);
    verdict.issuer = issuer_of(certificate);
    verdict.failing = share(up_ref(certificate));
  }
}

std::optional<std::string> beyond_limits(X509* leaf, STACK_OF(X509) * untrusted,
                                         const VerifyLimits& limits) {
  const int others = std::max(sk_X509_num(untrusted), 0);
  if (static_cast<size_t>(others) + 1 > limits.max_certificates) {
    return "more certificates than the limit of " + std::to_string(limits.max_certificates);
  }
  size_t bytes = 0;
  for (int i = -1; i < others; ++i) {
    const int size = i2d_X509(i < 0 ? leaf : sk_X509_value(untrusted, i), nullptr);
    if (size < 0) {
      return "a certificate that does not encode";
    }
    bytes += static_cast<size_t>(size);
  }
  if (bytes > limits.max_chain_bytes) {
    return "more octets than the limit of " + std::to_string(limits.max_chain_bytes);
  }
  return std::nullopt;
}

// The earliest notAfter of the path; 0, which no cache keeps, where one does not parse.
time_t earliest_expiry(const Path& path) {
  time_t earliest = 0;
  for (size_t i = 0; i < path.size(); ++i) {
    if (!path.at(i).validity) {
      return 0;
    }
    const time_t until = path.at(i).validity->not_after;
    earliest = i == 0 ? until : std::min(earliest, until);
  }
  return earliest;
}

// Whether the request gave anything to hold the row against.
bool was_asked(const Check& check, const Path& path) {
  const std::string_view id = check.id;
  if (id == "peer-name") {
    return path.name != nullptr;
  }
  if (id == "revocation") {
    return path.revocation != nullptr &&
           (path.revocation->required || !path.revocation->lists.empty());
  }
  return true;
}

// What `check` says of `path` at every depth, and what the builder said of it.
CheckReport report_of(const Check& check, const Built& built) {
  using Result = CheckReport::Result;
  const Path& path = built.path;
  CheckReport row{&check, Result::kPassed, {}};
  const bool failed_here = built.failed == &check;
  if (!applies(check, path) || !was_asked(check, path)) {
    row.result = Result::kNotAsked;
  } else if (check.scope == CheckScope::kSearch) {
    if (failed_here) {
      row.findings.push_back(built.finding);
    }
  } else if (check.scope == CheckScope::kPath && !path.anchored) {
    row.result = Result::kNotReached;
  } else {
    const size_t count = check.scope == CheckScope::kPath ? 1 : path.size();
    for (size_t depth = 0; depth < count; ++depth) {
      if (Outcome finding = check.run(path, depth)) {
        row.findings.push_back(*std::move(finding));
      }
    }
  }
  if (!row.findings.empty()) {
    row.result = Result::kFailed;
  } else if (!path.anchored && std::string_view(check.id) == "trust-anchor") {
    row.result = Result::kNotReached;
  }
  return row;
}

void fill(Report& report, const Built& built) {
  for (size_t i = 0; i < built.path.size(); ++i) {
    report.path.push_back(built.path.at(i).certificate);
  }
  report.anchored = built.path.anchored;
  report.pinned = built.path.pin != nullptr;
  report.profile = built.path.profile;
  for (const Check& check : check_table()) {
    report.checks.push_back(report_of(check, built));
  }
  ERR_clear_error();
}

Built build(const Anchors& anchors, const VerifyRequest& request,
            const std::vector<std::shared_ptr<const Facts>>& pool, const Facts& leaf) {
  Path path;
  path.certificates.push_back(&leaf);
  path.name = request.name;
  path.server_purpose = request.server_purpose;
  path.now = request.now;
  path.policy = request.policy;
  path.revocation = request.revocation;
  path.untrusted = request.untrusted;
  if (const auto pin = anchors.pins.find(leaf.digest); pin != anchors.pins.end()) {
    // Trusted for what it is: whatever else the server sent does not matter.
    path.pin = &pin->second;
    path.anchored = true;
    Failure failure = judge(path);
    return {std::move(path), failure.check, std::move(failure.finding)};
  }
  BuildLimits limits;
  limits.max_intermediates = static_cast<size_t>(std::max(request.limits.max_depth, 0));
  return PathBuilder(anchors.index, pool, limits, request.profile).build(std::move(path));
}

}  // namespace

Verdict verify(const Anchors& anchors, const VerifyRequest& request, Report* report) {
  Verdict verdict;
  verdict.epoch = anchors.epoch;
  const Check& limits = check_by_id("limits");
  if (request.leaf == nullptr) {
    fail(verdict, limits, {X509_V_ERR_UNSPECIFIED, 0, "the server sent no certificate"}, nullptr);
    return verdict;
  }
  verdict.leaf_digest = digest_of(request.leaf);
  verdict.subject = subject_of(request.leaf);
  verdict.issuer = issuer_of(request.leaf);
  if (auto why = beyond_limits(request.leaf, request.untrusted, request.limits)) {
    const Finding finding{X509_V_ERR_CERT_CHAIN_TOO_LONG, 0, *std::move(why)};
    fail(verdict, limits, finding, request.leaf);
    if (report != nullptr) {
      report->path.push_back(share(up_ref(request.leaf)));
      report->checks.push_back({&limits, CheckReport::Result::kFailed, {finding}});
    }
    return verdict;
  }
  const std::shared_ptr<const Facts> leaf = read_facts(share(up_ref(request.leaf)));
  std::vector<std::shared_ptr<const Facts>> pool;
  pool.reserve(static_cast<size_t>(std::max(sk_X509_num(request.untrusted), 0)));
  for (int i = 0; i < sk_X509_num(request.untrusted); ++i) {
    pool.push_back(read_facts(share(up_ref(sk_X509_value(request.untrusted, i)))));
  }
  const Built built = build(anchors, request, pool, *leaf);
  if (built.failed != nullptr) {
    fail(verdict, *built.failed, built.finding, built.path.at(built.finding.depth).x509());
  } else {
    verdict.trusted = true;
    verdict.code = X509_V_OK;
    verdict.text = verify_error_text(X509_V_OK);
    verdict.pinned = built.path.pin != nullptr;
    verdict.valid_until = earliest_expiry(built.path);
  }
  if (report != nullptr) {
    fill(*report, built);
  }
  ERR_clear_error();
  return verdict;
}

Verdict verify(const Anchors& anchors, X509* leaf, STACK_OF(X509) * untrusted, const PeerName& name,
               time_t now, const VerifyLimits& limits) {
  VerifyRequest request;
  request.leaf = leaf;
  request.untrusted = untrusted;
  request.name = &name;
  request.now = now;
  request.limits = limits;
  return verify(anchors, request);
}

}  // namespace vitrine::trust
