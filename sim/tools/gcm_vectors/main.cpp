// gcm_vectors --engine rtl|soft FILE...: published AES-GCM vectors through a record engine of the
// card.
#include <cstdio>
#include <exception>

#include "sim/tools/gcm_vectors/judge.h"
#include "sim/tools/gcm_vectors/reader.h"
#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  namespace gcm = vitrine::gcm;
  CLI::App app(
      "Runs AES-GCM vectors (NIST CAVP .rsp, Wycheproof v1 JSON) through a record engine of the "
      "card.\n"
      "Each text is cut at random and its pieces are taken in random order.\n"
      "Applicable: keys of 128 and 256 bits, IVs of 96, tags of 128; the RTL: AAD up to 16 bytes, "
      "text up to 16640.\n"
      "Exit status: 0 where all applicable vectors passed and there were some, 1 otherwise.");
  std::string engine_name;
  std::vector<std::string> files;
  app.add_option("--engine", engine_name, "rtl: rtl/aead, Verilated; soft: host/card/soft/record")
      ->required()
      ->check(CLI::IsMember({"rtl", "soft"}));
  app.add_option("FILE", files, "vector files")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    const auto engine = engine_name == "rtl" ? gcm::make_rtl_engine() : gcm::make_soft_engine();
    gcm::Counts counts;
    for (const std::string& file : files) {
      for (const gcm::Vector& vector : gcm::read_file(file)) {
        gcm::judge(*engine, vector, counts);
      }
    }
    std::printf("gcm_vectors: %s: %s\n", engine_name.c_str(), counts.summary().c_str());
    return counts.failed == 0 && counts.passed > 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gcm_vectors: %s\n", error.what());
    return 1;
  }
}
