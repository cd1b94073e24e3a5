#include "host/tls/queue_bio.h"

namespace vitrine::tls {
namespace {

LegQueues* queues_of(BIO* bio) { return static_cast<LegQueues*>(BIO_get_data(bio)); }

int queue_read(BIO* bio, char* data, size_t size, size_t* taken) {
  BIO_clear_retry_flags(bio);
  LegQueues* queues = queues_of(bio);
  *taken = queues->input.take({reinterpret_cast<uint8_t*>(data), size});
  if (*taken == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  return 1;
}

int queue_write(BIO* bio, const char* data, size_t size, size_t* written) {
  BIO_clear_retry_flags(bio);
  LegQueues* queues = queues_of(bio);
  if (queues->output.size() + size > LegQueues::kMaxOutput) {
    BIO_set_retry_write(bio);
    *written = 0;
    return 0;
  }
  const Bytes bytes(reinterpret_cast<const uint8_t*>(data), size);
  queues->output.append(bytes);
  queues->output_records.feed(bytes);
  *written = size;
  return 1;
}

long queue_control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "leg queues");
  if (method != nullptr) {
    BIO_meth_set_read_ex(method, queue_read);
    BIO_meth_set_write_ex(method, queue_write);
    BIO_meth_set_ctrl(method, queue_control);
  }
  return method;
}

}  // namespace

UniqueBio make_queue_bio(LegQueues* queues) {
  static BIO_METHOD* const method = make_method();  // lives as long as the process
  UniqueBio bio(method != nullptr ? BIO_new(method) : nullptr);
  if (bio) {
    BIO_set_data(bio.get(), queues);
    BIO_set_init(bio.get(), 1);
  }
  return bio;
}

}  // namespace vitrine::tls
