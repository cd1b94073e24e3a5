// A peer that sends and reads bytes as it likes, to be rude with.
#pragma once

#include <string>
#include <string_view>

#include "host/base/unique_fd.h"

namespace vitrine::api {

class RawPeer {
 public:
  explicit RawPeer(const std::string& path);
  bool connected() const { return fd_.valid(); }
  // False where the other side has gone.
  bool send(std::string_view bytes);
  // What comes until `until` is in it, or the end. Gives up after some seconds without a byte.
  std::string read_until(std::string_view until);
  // What comes until the end.
  std::string read_all() { return read_until({}); }
  bool ended() const { return ended_; }
  void close() { fd_.reset(); }
  // Makes the receive side small, so that the sender soon blocks.
  void be_slow();

 private:
  UniqueFd fd_;
  bool ended_ = false;
};

}  // namespace vitrine::api
