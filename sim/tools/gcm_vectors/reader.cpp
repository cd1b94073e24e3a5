#include "sim/tools/gcm_vectors/reader.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace vitrine::gcm {

ByteVector parse_hex(const std::string& hex) {
  if (hex.size() % 2 != 0 || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
    throw std::invalid_argument("not hex: " + hex);
  }
  ByteVector bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::vector<Vector> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error(path + ": cannot be read");
  }
  const std::string name = path.substr(path.find_last_of('/') + 1);
  if ((file >> std::ws).peek() == '{') {
    return read_wycheproof({std::istreambuf_iterator<char>(file), {}}, name);
  }
  return read_rsp(file, name);
}

}  // namespace vitrine::gcm
