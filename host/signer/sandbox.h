// What the signer gives up once it holds its key: user, files, new processes, most system calls.
#pragma once

#include <string>

#include "host/base/status.h"

namespace vitrine::signer {

// As root: becomes the owner of `key_path` if that is not root, else nobody (65534), with no
// supplementary groups. As anyone else: nothing to drop.
Status drop_privileges(const std::string& key_path);

// No new privileges, no new files or processes (resource limits), undumpable, and a system call
// filter that fails everything but memory, time, random numbers and the open socket with EPERM.
// The filter is left out under sanitizers, which need more calls, and on processors other than
// x86-64 and arm64.
Status enter_sandbox();

}  // namespace vitrine::signer
