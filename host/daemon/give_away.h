// Gives directories to the unprivileged user, as root, where that user may already own a part of
// them and try to have more given: by a link to somebody else's file, or by exchanging names
// meanwhile.
//
// Everything goes through descriptors that were opened without following links, so that what was
// looked at is what is given. The path of the directory itself is the operator's and is believed.
#pragma once

#include <string>

#include <sys/types.h>

#include "host/base/status.h"

namespace vitrine::daemon {

struct Owner {
  uid_t user = 0;
  gid_t group = 0;
};

// The directory and what lies in it, but for the entry `except` of its top level. Symbolic links
// stay as they are, other file systems mounted below are left out. kPermission, with its name,
// where a file has a second name (a hard link) and is not the owner's yet. REQUIRES: root.
Status give_tree(const std::string& directory, const std::string& except, const Owner& owner);

// Makes a directory for the owner; fine where it is there already, and then left as it is.
// REQUIRES: root.
Status make_directory_for(const std::string& directory, const Owner& owner);

}  // namespace vitrine::daemon
