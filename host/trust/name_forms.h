// Matching one name against one name-constraint subtree, a function a form (RFC 5280 section
// 4.2.1.10).
//
// A result other than kMatch and kNoMatch means that the name or the constraint is not of the form
// at all; such a name lies in no subtree, and such a constraint cannot be kept.
#pragma once

#include <cstdint>
#include <string_view>

#include "host/base/bytes.h"
#include "host/base/openssl.h"

namespace vitrine::trust {

enum class Subtree : uint8_t { kNoMatch, kMatch, kBadName, kBadConstraint };

// Zero or more labels added on the left. A constraint with one leading period stands for names with
// at least one label more; that is not RFC 5280's form, but common in private CAs, and the webpki
// profile refuses it apart. A wildcard name matches a *permitted* subtree only if all that it
// stands for does, and an *excluded* one if anything that it stands for does.
Subtree match_dns(std::string_view name, std::string_view constraint, bool excluded);
// Address and mask, both 4 or both 16 octets; the mask has no hole.
Subtree match_ip(Bytes address, Bytes constraint);
// A mailbox, a host, or ".domain".
Subtree match_email(std::string_view mailbox, std::string_view constraint);
// The host of the URI's authority: itself, or ".domain". URIs without a host name match nothing.
Subtree match_uri(std::string_view uri, std::string_view constraint);
// The constraint's RDNs are the first ones of the name.
Subtree match_directory(const X509_NAME* name, const X509_NAME* constraint);

}  // namespace vitrine::trust
