// The library's I/O seam over two byte queues: it reads what the peer sent and appends what the
// peer shall get.
//
// An empty queue reads as "try again", never as the end of the stream: what a bare end means is the
// leg's to decide.
#pragma once

#include <cstddef>

#include "host/base/openssl.h"
#include "host/tls/byte_queue.h"
#include "host/tls/record_stream.h"

namespace vitrine::tls {

struct LegQueues {
  // Of output, beyond what write() fills: answers to a peer that sends but does not read.
  static constexpr size_t kMaxOutput = 320 * 1024;

  ByteQueue input;
  ByteQueue output;
  RecordStream input_records;   // of bytes fed
  RecordStream output_records;  // of bytes written
};

// Null where memory is short. `queues` must outlive the BIO.
UniqueBio make_queue_bio(LegQueues* queues);

}  // namespace vitrine::tls
