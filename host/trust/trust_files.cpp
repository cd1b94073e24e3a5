#include "host/trust/trust_files.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>

#include "host/base/bytes.h"
#include "host/base/unique_fd.h"
#include "host/base/whole_file.h"

namespace vitrine::trust {
namespace {

constexpr std::string_view kUse = "Vitrine-Use: ";
constexpr std::string_view kNames = "Vitrine-Names: ";
constexpr size_t kMaxPinNames = 64;

// What the lines above the PEM block say.
ImportOptions read_options(std::string_view text) {
  ImportOptions options;
  std::istringstream lines{std::string(text.substr(0, text.find("-----BEGIN ")))};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kUse)) {
      options.as = line.substr(kUse.size()) == "pin" ? ImportAs::kPin : ImportAs::kAuto;
    } else if (line.starts_with(kNames)) {
      std::istringstream names(line.substr(kNames.size()));
      for (std::string name; names >> name;) {
        options.names.push_back(PeerName::parse(name));
      }
    }
  }
  return options;
}

std::string file_text(const Import& import, const std::string& pem) {
  std::string text(kUse);
  text += import.row.anchor ? "anchor\n" : "pin\n";
  if (!import.row.names.empty()) {
    text += kNames;
    for (const PeerName& name : import.row.names) {
      text += name.to_string() + " ";
    }
    text += "\n";
  }
  return text + pem;
}

Status read_one(const std::string& path, Imports& into) {
  Result<std::vector<uint8_t>> bytes = read_certificate_file(path);
  if (!bytes) {
    return bytes.status();
  }
  Result<std::vector<UniqueX509>> certificates = parse_certificates(*bytes);
  if (!certificates) {
    return {certificates.status().code(), path + ": " + certificates.status().message()};
  }
  const ImportOptions options = read_options(as_text(*bytes));
  for (UniqueX509& certificate : *certificates) {
    const Digest digest = digest_of(certificate.get());
    Result<Import> import = describe_import(share(std::move(certificate)), options);
    if (!import) {
      return {import.status().code(), path + ": " + import.status().message()};
    }
    import->row.path = path;
    into.emplace(digest, std::move(*import));
  }
  return Status::ok();
}

}  // namespace

Result<std::vector<uint8_t>> read_certificate_file(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  struct stat info {};
  if (!fd.valid() || ::fstat(fd.get(), &info) != 0) {
    return Status::from_errno("cannot read " + path, errno);
  }
  if (!S_ISREG(info.st_mode) || static_cast<size_t>(info.st_size) > kMaxImportBytes) {
    return Status(Code::kInvalidArgument, path + " is not a file of at most 4 MiB");
  }
  std::vector<uint8_t> bytes(static_cast<size_t>(info.st_size));
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t n = ::read(fd.get(), bytes.data() + have, bytes.size() - have);
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0) {
      return Status::from_errno("cannot read " + path, errno);
    }
    if (n == 0) {
      break;  // it shrank under us
    }
    have += static_cast<size_t>(n);
  }
  bytes.resize(have);
  return bytes;
}

Result<Import> describe_import(std::shared_ptr<X509> certificate, const ImportOptions& options) {
  const Result<Validity> validity = validity_of(certificate.get());
  if (!validity) {
    return validity.status();
  }
  if (options.names.size() > kMaxPinNames) {
    return Status(Code::kInvalidArgument, "a pin is bound to at most 64 names");
  }
  for (const PeerName& name : options.names) {
    if (!name.is_address() && !is_dns_name(name.host(), /*allow_wildcard=*/false)) {
      return Status(Code::kInvalidArgument,
                    "a pin is bound to host names or addresses, without wildcards");
    }
  }
  Import import;
  import.row.id = to_hex(digest_of(certificate.get()));
  import.row.subject = subject_of(certificate.get());
  import.row.issuer = issuer_of(certificate.get());
  import.row.validity = *validity;
  // 1: basicConstraints says CA. The older ways to be a CA (version 1, Netscape) do not count.
  import.row.anchor = options.as == ImportAs::kAuto && X509_check_ca(certificate.get()) == 1;
  import.row.names = options.names;
  import.certificate = std::move(certificate);
  return import;
}

Result<Imports> read_imports(const std::string& directory) {
  Imports imports;
  std::error_code error;
  std::vector<std::string> paths;
  for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().extension() == ".pem") {
      paths.push_back(it->path().string());
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return Status(Code::kUnavailable, "cannot read " + directory + ": " + error.message());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    if (Status status = read_one(path, imports); !status) {
      return status;
    }
  }
  return imports;
}

Status write_import(const std::string& directory, const Import& import) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return {Code::kUnavailable, "cannot make " + directory + ": " + error.message()};
  }
  const Result<std::string> pem = to_pem(import.certificate.get());
  if (!pem) {
    return pem.status();
  }
  const std::string text = file_text(import, *pem);
  if (Status status = write_whole_file(import.row.path, as_bytes(text), 0644); !status) {
    return status;
  }
  return sync_directory(directory);
}

Status remove_import(const std::string& directory, const Import& import) {
  if (!import.row.path.ends_with(import.row.id + ".pem")) {
    // Put there by hand: it goes only if nothing else goes with it.
    Imports in_file;
    if (Status status = read_one(import.row.path, in_file); !status) {
      return status;
    }
    if (in_file.size() != 1) {
      return {Code::kUnsupported,
              import.row.path + " holds other certificates too; edit the file and reload"};
    }
  }
  if (::unlink(import.row.path.c_str()) != 0 && errno != ENOENT) {
    return Status::from_errno("cannot remove " + import.row.path, errno);
  }
  return sync_directory(directory);
}

}  // namespace vitrine::trust
