// `vitrine mirror`: decrypted traffic, live, to a file or the standard output.
#pragma once

#include <cstdint>
#include <string>

#include "host/api/client.h"
#include "host/cli/app.h"

namespace vitrine::cli {

struct MirrorArguments {
  std::string client;
  std::string server;
  std::string host;
  uint32_t port = 0;
  uint32_t seconds = 0;  // 0: until interrupted
  uint64_t bytes = 0;    // 0: no limit
  uint32_t ring = 0;     // files, each of at most `bytes`; the oldest is written anew
  std::string output;    // empty: the standard output
};

// Where the work itself failed the status says so; a terminal is never written to.
Status mirror(const MirrorArguments& arguments, const api::Client& client,
              Environment& environment);

}  // namespace vitrine::cli
