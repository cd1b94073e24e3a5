#include "host/licence/licence_store.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "host/base/bytes.h"
#include "host/base/unique_fd.h"
#include "host/base/whole_file.h"

namespace vitrine::licence {
namespace {

constexpr mode_t kMode = 0644;

Result<std::string> read_file(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.valid()) {
    return errno == ENOENT ? Status(Code::kNotFound, "no licence is installed")
                           : Status::from_errno("cannot read " + path, errno);
  }
  std::string text(kMaxLicence + 1, '\0');  // one more: what is too long must not look whole
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t n = ::read(fd.get(), text.data() + size, text.size() - size);
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0) {
      return Status::from_errno("cannot read " + path, errno);
    }
    if (n == 0) {
      break;
    }
    size += static_cast<size_t>(n);
  }
  text.resize(size);
  return text;
}

}  // namespace

LicenceStore::LicenceStore(std::string state_dir, UniquePkey signer)
    : path_(std::move(state_dir) + "/licence"), signer_(std::move(signer)) {}

Result<Licence> LicenceStore::install(std::string_view text, time_t now) const {
  auto read = read_licence(text, signer_.get());
  if (!read) {
    return read.status();
  }
  if (validity_at(*read, now) == Validity::kExpired) {
    return Status(Code::kPermission, "the licence expired on " + format_day(read->not_after));
  }
  // kMode: vitrined reads it as somebody else.
  if (Status status = write_whole_file(path_, as_bytes(text), kMode); !status) {
    return status;
  }
  return read;
}

Result<Licence> LicenceStore::installed() const {
  const auto text = read_file(path_);
  return text ? read_licence(*text, signer_.get()) : text.status();
}

Status LicenceStore::remove() const {
  if (::unlink(path_.c_str()) == 0) {
    return Status::ok();
  }
  return errno == ENOENT ? Status(Code::kNotFound, "no licence is installed")
                         : Status::from_errno("cannot remove " + path_, errno);
}

LicenceState licence_state(const LicenceStore& store, time_t now) {
  LicenceState state;
  auto installed = store.installed();
  if (!installed) {
    state.text = installed.status().message();
    return state;
  }
  const Licence& licence = *installed;
  const Validity validity = validity_at(licence, now);
  state.strong_cryptography = validity == Validity::kGood && licence.has(kStrongCryptography);
  state.text = fmt::format("{} licence for {}, ", licence.edition, licence.holder);
  switch (validity) {
    case Validity::kNotYet:
      state.text += "not good before " + format_day(licence.not_before);
      break;
    case Validity::kGood:
      state.text += "until " + format_day(licence.not_after);
      break;
    case Validity::kExpired:
      state.text += "expired on " + format_day(licence.not_after);
      break;
  }
  if (!licence.has(kStrongCryptography)) {
    state.text += ", without strong cryptography";
  }
  state.licence = std::move(installed).value();
  return state;
}

}  // namespace vitrine::licence
