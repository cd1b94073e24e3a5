// Blocks of a pcapng file, little endian (draft-ietf-opsawg-pcapng, sections 4.1 to 4.3).
//
// Each function returns one whole block; a file is the section, the interface, then packets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/base/bytes.h"

namespace vitrine::inspect {

// The section header and the description of its one interface (Ethernet, microseconds).
std::string pcapng_begin(std::string_view application, std::string_view interface);

// `dropped`: packets lost since the one before (epb_dropcount); `comment` may be empty.
std::string pcapng_packet(int64_t wall_ms, Bytes frame, uint64_t dropped, std::string_view comment);

}  // namespace vitrine::inspect
