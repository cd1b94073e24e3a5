// What can go wrong in the firmware, in one list; the host sees these numbers in replies.
#pragma once

#include <stdint.h>

namespace vitrine::firmware {

enum class [[nodiscard]] Error : uint32_t{
    kOk = 0,
    kBadRequest = 1,  // operands that the command does not take
    kNoSuchCommand = 2,
    kExists = 3,          // the connection has an entry already
    kFull = 4,            // no index or no place in the flow table left
    kNotFound = 5,        // no such connection (any more)
    kEnded = 6,           // the connection has ended
    kNotReady = 7,        // the card is not started, or the host was lost: start first
    kSelfTestFailed = 8,  // nothing is spliced by a card that failed its self test
    kTimeout = 9,         // a unit of the card stayed busy
    kHardware = 10,       // a unit of the card answered what it never should
    kCrashed = 11,        // the firmware trapped over this command and began anew
};

}  // namespace vitrine::firmware
