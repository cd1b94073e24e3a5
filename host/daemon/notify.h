// Tells the service manager that started this process how it is: systemd's notification protocol,
// sd_notify(3), one datagram a call.
#pragma once

#include <string_view>

#include "host/base/status.h"

namespace vitrine::daemon {

// `state` is "READY=1", "STOPPING=1" and the like. Fine where no manager asked to be told
// (NOTIFY_SOCKET is not set). Threads: not while another changes the environment.
Status notify_service_manager(std::string_view state);

}  // namespace vitrine::daemon
