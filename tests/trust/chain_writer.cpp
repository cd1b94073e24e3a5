// chain_writer FOLDER: the chains of chain_rows.h as files for a running daemon and real servers.
//
// FOLDER/roots.pem      the roots of all rows
// FOLDER/index.json     [{"what", "file", "bad", "check", "depth", "name"}]
// FOLDER/N.pem          the server's certificate, then what it sends with it
// FOLDER/N.key          its key
// Rows that need a revocation list or the profile of private roots are left out, and faults of a
// root that a vetted root is not asked for: the roots stand in the place of the system's.
// Dates are around the machine's clock (test_pki.h). Exit: 0 written, 1 not.
#include <cstdio>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <openssl/pem.h>

#include "tests/trust/chain_rows.h"

namespace vitrine::trust {
namespace {

bool concerns_a_live_daemon(const Chain& chain, std::string_view check, int depth) {
  const bool of_the_root = depth == static_cast<int>(chain.certificates.size());
  const bool vetted = check == "algorithm-agreement" || check == "web-purposes";
  return chain.profile == Profile::kWebPki && chain.lists.empty() && !chain.lists_required &&
         !(of_the_root && vetted);
}

struct Writer {
  std::string folder;
  std::string rows;
  std::set<std::string> roots;
  size_t count = 0;

  void add(const char* what, const Chain& chain, const char* check, int depth) {
    if (!concerns_a_live_daemon(chain, check, depth)) {
      return;
    }
    const std::string file = std::to_string(count++);
    std::string pem;
    for (const test::TestCert& one : chain.certificates) {
      pem += one.pem();
    }
    test::write_text(folder + "/" + file + ".pem", pem);
    test::write_text(folder + "/" + file + ".key", key_text(chain.certificates[0].key.get()));
    roots.insert(chain.root.pem());
    rows += fmt::format(
        R"({}{{"what": "{}", "file": "{}", "bad": {}, "check": "{}", "depth": {}, "name": "{}"}})",
        rows.empty() ? "[" : ",\n ", what, file, check[0] != '\0', check, depth, chain.name);
  }

  static std::string key_text(EVP_PKEY* key) {
    const UniqueBio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<size_t>(size)};
  }

  void finish() const {
    std::string all;
    for (const std::string& root : roots) {
      all += root;
    }
    test::write_text(folder + "/roots.pem", all);
    test::write_text(folder + "/index.json", rows + "]\n");
  }
};

}  // namespace
}  // namespace vitrine::trust

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: chain_writer FOLDER\n", stderr);
    return 1;
  }
  vitrine::trust::Writer writer{argv[1], {}, {}};
  for (const auto& row : vitrine::trust::bad_chains()) {
    writer.add(row.what, row.make(), row.check, row.depth);
  }
  for (const auto& row : vitrine::trust::good_chains()) {
    writer.add(row.what, row.make(), "", 0);
  }
  writer.finish();
  return writer.count == 0 ? 1 : 0;
}
