// A policy's decryption and access rules as rows for people.
#pragma once

#include "host/api/backend.h"
#include "host/session/active_policy.h"

namespace vitrine::daemon {

api::PolicyReport policy_report(const session::ActivePolicy& active);

}  // namespace vitrine::daemon
