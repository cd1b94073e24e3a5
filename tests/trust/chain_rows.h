// Generated chains as rows of a table: how each is made, and what is to be said of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/trust/offline_check.h"
#include "tests/trust/test_pki.h"

namespace vitrine::trust {

// What one row is judged on: `chain` leaf first, without the root.
struct Chain {
  std::vector<test::TestCert> certificates;
  test::TestCert root;
  std::string name = "a.example";
  Profile profile = Profile::kWebPki;
  std::vector<std::vector<uint8_t>> lists = {};
  bool lists_required = false;
};

// `chain` through check_offline(), at kNow.
OfflineVerdict judge_chain(const Chain& chain);

struct BadChain {
  const char* what;
  std::function<Chain()> make;
  const char* check;  // of check_table.h
  int depth;          // of the certificate at fault
};
const std::vector<BadChain>& bad_chains();

struct GoodChain {
  const char* what;
  std::function<Chain()> make;
};
const std::vector<GoodChain>& good_chains();

// CAs that all certify each other, and a server below them; none leads to the root.
Chain mesh(size_t count);

}  // namespace vitrine::trust
