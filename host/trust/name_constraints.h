// Name constraints of every issuer against every name below it (RFC 5280 sections 4.2.1.10, 6.1.3).
//
// Each constraining certificate is judged by itself: names below must lie in one of its permitted
// subtrees of their form, if it has any, and in none of its excluded ones. That is the intersection
// and union that section 6.1.4 (g) asks for. The anchor's constraints count as well. Self-issued
// certificates are exempt unless they are the last.
#pragma once

#include "host/trust/path.h"

namespace vitrine::trust {

// Names times subtrees, per pair of certificates; beyond it the path is refused.
constexpr size_t kMaxConstraintComparisons = 1U << 18;

}  // namespace vitrine::trust
