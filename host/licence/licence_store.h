// The licence that is installed: STATE/licence, one file.
//
// Threads: any; each call reads or writes the file. Written whole or not at all.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/status.h"
#include "host/licence/licence.h"

namespace vitrine::licence {

class LicenceStore {
 public:
  // `signer`: whose licences are good; not null.
  LicenceStore(std::string state_dir, UniquePkey signer);

  // Puts it in the place of the one that is there. As read_licence(); kPermission where it has
  // expired.
  Result<Licence> install(std::string_view text, time_t now) const;
  // kNotFound where none is installed; else as read_licence().
  Result<Licence> installed() const;
  // kNotFound where there was none.
  Status remove() const;

 private:
  std::string path_;
  UniquePkey signer_;
};

// What a licence, or the lack of one, comes to.
struct LicenceState {
  bool strong_cryptography = false;
  std::optional<Licence> licence;  // the installed one, good or not
  std::string text;                // "evaluation licence for Example Ltd, until 2027-02-22"
};
LicenceState licence_state(const LicenceStore& store, time_t now);

}  // namespace vitrine::licence
