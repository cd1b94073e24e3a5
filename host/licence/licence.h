// A licence: a small signed text that says who may use strong cryptography, and until when.
//
//   Vitrine licence 1
//   id: 5f0c2a91
//   holder: Example Ltd
//   edition: evaluation
//   features: strong-cryptography
//   not-before: 2026-11-24
//   not-after: 2027-02-22
//   signature: BASE64
//
// Every field once, in this order; lines end in a newline alone. The Ed25519 signature (RFC 8032)
// is over every byte before the signature's line, and the first line keeps other signed texts from
// being taken for a licence. Dates are whole days in UTC, both included.
#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/openssl.h"
#include "host/base/status.h"

namespace vitrine::licence {

inline constexpr size_t kMaxLicence = 4096;
inline constexpr std::string_view kStrongCryptography = "strong-cryptography";

struct Licence {
  std::string id;
  std::string holder;
  std::string edition;  // "evaluation", "production"
  std::vector<std::string> features;
  time_t not_before = 0;  // first second that it is good
  time_t not_after = 0;   // last one

  bool has(std::string_view feature) const;
};

enum class Validity { kNotYet, kGood, kExpired };
Validity validity_at(const Licence& licence, time_t now);

// kMalformed where the text is no licence, kPermission where `signer` did not sign it. Its dates
// are not looked at.
Result<Licence> read_licence(std::string_view text, EVP_PKEY* signer);

// The signed text. kInvalidArgument where a field cannot be written so that it reads back.
Result<std::string> write_licence(const Licence& licence, EVP_PKEY* signer);

// "2026-11-24" is its first second in UTC; kInvalidArgument for anything else.
Result<time_t> parse_day(std::string_view text);
std::string format_day(time_t seconds);

}  // namespace vitrine::licence
