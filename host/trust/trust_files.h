// Imported certificates on disk: one PEM file each, with what was said at import in the text above
// the block:
//
//   Vitrine-Use: anchor | pin
//   Vitrine-Names: mail.example 192.0.2.1        (only where given)
//   -----BEGIN CERTIFICATE-----
//
// A file put there by hand needs no such lines. Files are written aside, synced and renamed, so a
// crash leaves the old state or the new. Threads: the store's mutex covers all calls.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/base/status.h"
#include "host/trust/imported.h"

namespace vitrine::trust {

// A whole file of at most kMaxImportBytes.
Result<std::vector<uint8_t>> read_certificate_file(const std::string& path);

// The row of a certificate as it would be imported.
Result<Import> describe_import(std::shared_ptr<X509> certificate, const ImportOptions& options);

// Every *.pem of the directory; a directory that does not exist is empty.
Result<Imports> read_imports(const std::string& directory);
// Makes the directory where needed.
Status write_import(const std::string& directory, const Import& import);
// Refuses where the file holds other certificates too.
Status remove_import(const std::string& directory, const Import& import);

}  // namespace vitrine::trust
