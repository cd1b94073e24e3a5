// Where a taken-over connection's frames go: the session maps it to the card.
#pragma once

#include "host/base/bytes.h"
#include "host/base/status.h"
#include "host/card/card.h"

namespace vitrine::takeover {

class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // As card::Card::inject(): the frame is copied; a failure is a lost packet, which TCP mends.
  virtual Status inject(card::InjectAs how, const card::FrameMeta& meta, Bytes frame) = 0;
};

}  // namespace vitrine::takeover
