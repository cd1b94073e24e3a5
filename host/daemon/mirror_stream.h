// A client's mirror of decrypted traffic, with an event at its beginning and at its end.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "host/api/backend.h"
#include "host/events/hub.h"
#include "host/inspect/mirror.h"

namespace vitrine::daemon {

// From the parameters of a request: client, server (addresses), host, port.
Result<inspect::MirrorFilter> mirror_filter(const std::map<std::string, std::string>& parameters);

// Hub and events outlive the stream.
Result<std::unique_ptr<api::ByteStream>> open_mirror_stream(
    inspect::MirrorHub& mirror, events::EventHub& events,
    const std::map<std::string, std::string>& parameters, std::function<void()> wake);

}  // namespace vitrine::daemon
