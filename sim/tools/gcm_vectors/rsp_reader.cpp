#include <stdexcept>

#include "sim/tools/gcm_vectors/reader.h"

namespace vitrine::gcm {

std::vector<Vector> read_rsp(std::istream& in, const std::string& name) {
  std::vector<Vector> vectors;
  std::string line;
  while (std::getline(in, line)) {
    line.erase(line.find_last_not_of(" \r") + 1);
    if (line.empty() || line[0] == '#') {
      continue;
    }
    if (line[0] == '[') {
      continue;  // lengths, which the values show too
    }
    const size_t equals = line.find(" =");
    if (equals == std::string::npos && line != "FAIL") {
      throw std::runtime_error(name + ": unknown line: " + line);
    }
    const std::string field = line.substr(0, equals);
    const std::string value =
        equals != std::string::npos && line.size() > equals + 3 ? line.substr(equals + 3) : "";
    if (field == "Count") {
      vectors.emplace_back();
      vectors.back().name = name + " " + std::to_string(vectors.size());
      // Encrypt files list the plaintext before the ciphertext, decrypt files after it, or say
      // FAIL.
      continue;
    }
    if (vectors.empty()) {
      throw std::runtime_error(name + ": a field before the first Count");
    }
    Vector& vector = vectors.back();
    if (field == "Key") {
      vector.key = parse_hex(value);
    } else if (field == "IV") {
      vector.iv = parse_hex(value);
    } else if (field == "AAD") {
      vector.aad = parse_hex(value);
    } else if (field == "CT") {
      vector.cipher = parse_hex(value);
      vector.opens = !vector.seals;
    } else if (field == "Tag") {
      vector.tag = parse_hex(value);
    } else if (field == "PT") {
      vector.plain = parse_hex(value);
      vector.seals = !vector.opens;
    } else if (field == "FAIL") {
      vector.refused = true;
    } else {
      throw std::runtime_error(name + ": unknown field " + field);
    }
  }
  if (vectors.empty()) {
    throw std::runtime_error(name + ": no test case");
  }
  return vectors;
}

}  // namespace vitrine::gcm
