#include "host/signer/ca_files.h"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <openssl/pem.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/bytes.h"
#include "host/base/secret.h"
#include "host/base/unique_fd.h"
#include "host/base/whole_file.h"
#include "host/signer/ca.h"

namespace vitrine::signer {
namespace {

constexpr off_t kMaxKeyFile = 64 << 10;
constexpr off_t kMaxCertificateFile = 64 << 10;

Status write_key(const std::string& path, const EVP_PKEY* key) {
  const UniqueBio bio(BIO_new(BIO_s_secmem()));
  if (bio == nullptr ||
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_status("cannot encode the CA key");
  }
  uint8_t* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  if (Status status = write_whole_file(path, {data, static_cast<size_t>(size)}, 0600); !status) {
    return status;
  }
  const passwd* const owner = ::geteuid() == 0 ? ::getpwnam(kSignerUser) : nullptr;
  if (owner != nullptr && ::chown(path.c_str(), owner->pw_uid, owner->pw_gid) != 0) {
    return Status::from_errno("cannot give the CA key to " + std::string(kSignerUser), errno);
  }
  return Status::ok();
}

Status fill_directory(const std::string& path, const X509* certificate, const EVP_PKEY* key) {
  if (Status status = write_key(path + "/ca.key", key); !status) {
    return status;
  }
  const Result<std::string> pem = trust::to_pem(certificate);
  if (!pem) {
    return pem.status();
  }
  if (Status status = write_whole_file(path + "/ca.pem", as_bytes(*pem), 0644); !status) {
    return status;
  }
  const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fchmod(directory.get(), 0755) != 0 || ::fsync(directory.get()) != 0) {
    return Status::from_errno("cannot sync " + path, errno);
  }
  return Status::ok();
}

Status already_there(const std::string& state_dir) {
  return {Code::kAlreadyExists, "there is a CA in " + ca_directory(state_dir) +
                                    "; clients trust it, so move it away by hand to make another"};
}

// Opens a regular file of at most `limit` bytes; `size` and `mode` are told.
Result<UniqueFd> open_bounded(const std::string& path, off_t limit, struct stat& info) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.valid() && errno == ENOENT) {
    return Status(Code::kNotFound, "no CA yet: " + path +
                                       " does not exist; make one with "
                                       "`vitrine cert ca init --state DIR`");
  }
  if (!fd.valid() || ::fstat(fd.get(), &info) != 0) {
    return Status::from_errno("cannot read " + path, errno);
  }
  if (!S_ISREG(info.st_mode) || info.st_size <= 0 || info.st_size > limit) {
    return Status(Code::kMalformed, path + " is not a file of a plausible size");
  }
  return fd;
}

Status read_whole(int fd, MutableBytes into, const std::string& path) {
  while (!into.empty()) {
    const ssize_t n = ::read(fd, into.data(), into.size());
    if (n == 0) {
      return {Code::kUnavailable, path + " shrank while it was read"};
    }
    if (n < 0 && errno != EINTR) {
      return Status::from_errno("cannot read " + path, errno);
    }
    into = into.subspan(n > 0 ? static_cast<size_t>(n) : 0);
  }
  return Status::ok();
}

// A key file is never encrypted; do not ask the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) { return -1; }

}  // namespace

std::string ca_directory(const std::string& state_dir) { return state_dir + "/ca"; }
std::string ca_key_path(const std::string& state_dir) {
  return ca_directory(state_dir) + "/ca.key";
}
std::string ca_certificate_path(const std::string& state_dir) {
  return ca_directory(state_dir) + "/ca.pem";
}

Status write_ca(const std::string& state_dir, const X509* certificate, const EVP_PKEY* key) {
  std::error_code error;
  std::filesystem::create_directories(state_dir, error);
  if (error) {
    return {Code::kUnavailable, "cannot make " + state_dir + ": " + error.message()};
  }
  const std::string final_path = ca_directory(state_dir);
  if (std::filesystem::exists(final_path, error)) {
    return already_there(state_dir);
  }
  std::string aside = state_dir + "/ca.new-XXXXXX";
  if (::mkdtemp(aside.data()) == nullptr) {
    return Status::from_errno("cannot make a directory in " + state_dir, errno);
  }
  Status status = fill_directory(aside, certificate, key);
  if (status && ::rename(aside.c_str(), final_path.c_str()) != 0) {
    status = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR
                 ? already_there(state_dir)
                 : Status::from_errno("cannot rename " + aside, errno);
  }
  if (!status) {
    std::filesystem::remove_all(aside, error);
    return status;
  }
  return sync_directory(state_dir);
}

Result<UniqueX509> ca_certificate(const std::string& ca_dir) {
  const std::string path = ca_dir + "/ca.pem";
  struct stat info {};
  const Result<UniqueFd> fd = open_bounded(path, kMaxCertificateFile, info);
  if (!fd) {
    return fd.status();
  }
  std::vector<uint8_t> bytes(static_cast<size_t>(info.st_size));
  if (Status status = read_whole(fd->get(), bytes, path); !status) {
    return status;
  }
  Result<std::vector<UniqueX509>> certificates = trust::parse_certificates(bytes);
  if (!certificates) {
    return Status(certificates.status().code(), path + ": " + certificates.status().message());
  }
  return std::move(certificates->front());
}

Result<UniquePkey> ca_private_key(const std::string& ca_dir) {
  const std::string path = ca_dir + "/ca.key";
  struct stat info {};
  const Result<UniqueFd> fd = open_bounded(path, kMaxKeyFile, info);
  if (!fd) {
    return fd.status();
  }
  if ((info.st_mode & 077) != 0) {
    return Status(Code::kPermission, path +
                                         " may be read by others; chmod 600 it, and consider "
                                         "the CA key disclosed");
  }
  Secret bytes(static_cast<size_t>(info.st_size));
  if (!bytes.valid()) {
    return Status(Code::kPermission, "no locked memory for the CA key");
  }
  if (Status status = read_whole(fd->get(), bytes.mutable_view(), path); !status) {
    return status;
  }
  const UniqueBio bio(BIO_new_mem_buf(bytes.view().data(), static_cast<int>(bytes.size())));
  UniquePkey key(bio != nullptr
                     ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)
                     : nullptr);
  if (key == nullptr) {
    return openssl_status(path + " is not a private key", Code::kMalformed);
  }
  return key;
}

}  // namespace vitrine::signer
