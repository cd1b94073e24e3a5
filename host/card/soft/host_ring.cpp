#include "host/card/soft/host_ring.h"

#include <cstring>
#include <type_traits>

#include <sys/eventfd.h>
#include <unistd.h>

namespace vitrine::card::soft {
namespace {

enum RecordType : uint8_t { kPunt, kEvent, kTap, kTapRecord };

// The fixed part of each record; for punts and tap the bytes follow.
struct PuntRecord {
  FlowId flow;
  uint16_t segment_size;
  Port port;
  PuntReason reason;
};
struct TapBytesRecord {
  FlowId flow;
  uint64_t record;
  uint32_t offset;
  Direction direction;
};

constexpr size_t kTypeLength = 8;  // keeps what follows aligned

template <typename T>
void store(uint8_t* at, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::memcpy(at, &value, sizeof(T));
}

template <typename T>
T load(const uint8_t* at) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

}  // namespace

HostRing::HostRing(size_t bytes) : ring_(bytes), event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

MutableBytes HostRing::reserve(uint8_t type, size_t size, size_t keep_free) {
  const MutableBytes record = ring_.reserve(kTypeLength + size, keep_free);
  if (record.empty()) {
    return {};
  }
  record[0] = type;
  pushed_ = true;
  return record.subspan(kTypeLength);
}

bool HostRing::push_punt(const Punt& punt) {
  const auto at = reserve(kPunt, sizeof(PuntRecord) + punt.frame.size(), ring_.capacity() / 8);
  if (at.empty()) {
    return false;
  }
  store(at.data(), PuntRecord{punt.flow, punt.meta.segment_size, punt.meta.port, punt.reason});
  std::memcpy(at.data() + sizeof(PuntRecord), punt.frame.data(), punt.frame.size());
  ring_.commit();
  return true;
}

bool HostRing::push_event(const FlowEvent& event) {
  const auto at = reserve(kEvent, sizeof(FlowEvent), 0);
  if (at.empty()) {
    return false;
  }
  store(at.data(), event);
  ring_.commit();
  return true;
}

bool HostRing::push_tap(const TapBytes& tap) {
  const auto at =
      reserve(kTap, sizeof(TapBytesRecord) + tap.plaintext.size(), ring_.capacity() / 2);
  if (at.empty()) {
    return false;
  }
  store(at.data(), TapBytesRecord{tap.flow, tap.record, tap.offset, tap.direction});
  if (!tap.plaintext.empty()) {
    std::memcpy(at.data() + sizeof(TapBytesRecord), tap.plaintext.data(), tap.plaintext.size());
  }
  ring_.commit();
  return true;
}

bool HostRing::push_tap_record(const TapRecord& record) {
  const auto at = reserve(kTapRecord, sizeof(TapRecord), ring_.capacity() / 2);
  if (at.empty()) {
    return false;
  }
  store(at.data(), record);
  ring_.commit();
  return true;
}

void HostRing::notify() {
  if (!pushed_) {
    return;
  }
  pushed_ = false;
  if (host_waits_.exchange(false)) {
    const uint64_t one = 1;
    // Fails only where the counter is full, and then it is readable already.
    [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof(one));
  }
}

void HostRing::hand_out(CardSink& sink, Bytes record) {
  const uint8_t* body = record.data() + kTypeLength;
  switch (record[0]) {
    case kPunt: {
      const auto head = load<PuntRecord>(body);
      sink.on_punt({{head.port, head.segment_size},
                    head.reason,
                    head.flow,
                    record.subspan(kTypeLength + sizeof(PuntRecord))});
      break;
    }
    case kEvent:
      sink.on_event(load<FlowEvent>(body));
      break;
    case kTap: {
      const auto head = load<TapBytesRecord>(body);
      sink.on_tap_bytes({head.flow, head.direction, head.record, head.offset,
                         record.subspan(kTypeLength + sizeof(TapBytesRecord))});
      break;
    }
    default:
      sink.on_tap_record(load<TapRecord>(body));
      break;
  }
}

size_t HostRing::drain(CardSink& sink, size_t budget) {
  size_t count = 0;
  while (count < budget) {
    const Bytes record = ring_.next();
    if (!record.empty()) {
      hand_out(sink, record);
      ring_.release();
      ++count;
      continue;
    }
    if (host_waits_.load()) {
      break;
    }
    // Empty: clear the descriptor, then say so, then look once more, since the worker may have
    // pushed in between without writing.
    uint64_t ignored = 0;
    [[maybe_unused]] const auto got = ::read(event_.get(), &ignored, sizeof(ignored));
    host_waits_.exchange(true);
    if (ring_.empty()) {
      break;
    }
    host_waits_.store(false);
    const uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof(one));
  }
  return count;
}

}  // namespace vitrine::card::soft
