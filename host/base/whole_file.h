// Files that are there whole or not at all, also after a crash: written aside, synced, renamed.
//
// What lies aside is PATH.new-XXXXXX; a crash can leave one behind, which nothing reads. Errors:
// from errno, naming the path; the file that was there before is then as it was.
#pragma once

#include <string>

#include <sys/types.h>

#include "host/base/bytes.h"
#include "host/base/status.h"

namespace vitrine {

// Replaces what `path` names, a symbolic link too. `mode` is the file's whatever the umask; until
// it is whole nobody but its owner can read it.
Status write_whole_file(const std::string& path, Bytes bytes, mode_t mode);

// Makes renames and removals in a directory last.
Status sync_directory(const std::string& directory);

}  // namespace vitrine
