// Finding a path from a certificate to an anchor, through whatever else was sent (RFC 4158).
//
// Depth first, from the leaf. At each step all certificates whose subject is the issuer's name are
// tried: anchors first, then those whose key identifier matches, then those valid now, then the
// youngest. A candidate that signed but may not issue is left aside at once; a path that reaches an
// anchor is judged as a whole, and where it fails the search goes on. No certificate comes twice,
// by subject, key and alternative names.
//
// The work is bounded: so many signatures (each pair is verified once), so many steps. A chain made
// to cost more is refused. Threads: one builder serves one verification.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "host/trust/anchors.h"
#include "host/trust/check_table.h"
#include "host/trust/path.h"

namespace vitrine::trust {

struct BuildLimits {
  size_t max_intermediates = 8;
  size_t max_signatures = 96;
  size_t max_steps = 2048;
};

// The best that was found: an accepted path, or the failure that says most.
struct Built {
  Path path;
  const Check* failed = nullptr;  // null: accepted
  Finding finding{};              // REQUIRES: failed
};

class PathBuilder {
 public:
  // `pool` and `anchors` must outlive the Built that comes out. `profile` overrides the anchor's.
  PathBuilder(const AnchorIndex& anchors, const std::vector<std::shared_ptr<const Facts>>& pool,
              const BuildLimits& limits, std::optional<Profile> profile)
      : anchors_(anchors), pool_(pool), limits_(limits), profile_(profile) {}

  // `start` holds the leaf alone, and what is asked of the path.
  Built build(Path start);

 private:
  struct Candidate {
    const Facts* facts;
    const Anchor* anchor;  // null: from the pool
  };
  // How much a failure says, least first.
  enum class Rank : uint8_t { kNone, kNoIssuer, kSignature, kIssuer, kAnchored };

  bool extend(Path& path);
  bool try_candidate(Path& path, const Candidate& candidate);
  bool finish(Path& path, const Anchor& anchor);
  void dead_end(const Path& path);
  void note(Rank rank, const Path& path, const Check& check, Finding finding);
  std::vector<Candidate> candidates(const Path& path) const;
  bool signed_by(const Facts& subject, const Facts& issuer);

  const AnchorIndex& anchors_;
  const std::vector<std::shared_ptr<const Facts>>& pool_;
  const BuildLimits limits_;
  const std::optional<Profile> profile_;
  std::map<std::pair<const Facts*, const Facts*>, bool> signatures_;
  size_t steps_ = 0;
  bool exhausted_ = false;
  Rank rank_ = Rank::kNone;
  Built best_;
};

// The first failure on the path, with the row it belongs to; null where it stands.
struct Failure {
  const Check* check = nullptr;
  Finding finding{};
};
Failure judge(const Path& path);

}  // namespace vitrine::trust
