// The wire that stands in for vitrined while it does not run: a kernel bridge of the two
// interfaces.
#pragma once

#include <string>

#include "host/base/status.h"

namespace vitrine::daemon {

// REQUIRES: CAP_NET_ADMIN; both interfaces in the calling thread's network namespace.
Status connect_bypass(const std::string& inside, const std::string& outside);
// Takes the bridge down; fine where there is none.
Status disconnect_bypass(const std::string& inside);

}  // namespace vitrine::daemon
