// Readers of test case files by their public schemas.
//
// Errors are exceptions with the file's name: this is a tool, and a file that it misreads must not
// pass.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "sim/tools/gcm_vectors/vector.h"

namespace vitrine::gcm {

// NIST CAVP gcmEncryptExtIV*.rsp and gcmDecrypt*.rsp: sections in brackets, then "Name = hex"
// lines; FAIL in place of PT.
std::vector<Vector> read_rsp(std::istream& in, const std::string& name);
// Wycheproof v1, AeadTest of the algorithm AES-GCM. "acceptable" counts as valid.
std::vector<Vector> read_wycheproof(const std::string& json, const std::string& name);
// By the file's first character that is no blank: '{' is Wycheproof.
std::vector<Vector> read_file(const std::string& path);
// Throws std::invalid_argument on anything but pairs of hex digits.
ByteVector parse_hex(const std::string& hex);

}  // namespace vitrine::gcm
