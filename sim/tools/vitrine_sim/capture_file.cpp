#include "sim/tools/vitrine_sim/capture_file.h"

#include <utility>

#include <pcap/pcap.h>

namespace vitrine::sim {
namespace {

constexpr uint64_t kNanoseconds = 1'000'000'000;
constexpr int kLongest = 262144;  // bytes of a frame, as captures have them

struct Close {
  void operator()(pcap_t* file) const { pcap_close(file); }
};
struct CloseDump {
  void operator()(pcap_dumper_t* file) const { pcap_dump_close(file); }
};
using Pcap = std::unique_ptr<pcap_t, Close>;

}  // namespace

Result<std::vector<CapturedFrame>> read_capture(const std::string& path) {
  char error[PCAP_ERRBUF_SIZE] = {};
  const Pcap file(
      pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, error));
  if (!file) {
    return {Code::kNotFound, error};
  }
  if (pcap_datalink(file.get()) != DLT_EN10MB) {
    return {Code::kMalformed, path + ": not a capture of Ethernet frames"};
  }
  std::vector<CapturedFrame> frames;
  pcap_pkthdr* head = nullptr;
  const u_char* bytes = nullptr;
  int got = 0;
  while ((got = pcap_next_ex(file.get(), &head, &bytes)) == 1) {
    if (head->caplen != head->len) {
      return {Code::kMalformed, path + ": frame " + std::to_string(frames.size() + 1) +
                                    " was cut when it was captured: capture with -s 0"};
    }
    frames.push_back({static_cast<uint64_t>(head->ts.tv_sec) * kNanoseconds +
                          static_cast<uint64_t>(head->ts.tv_usec),  // nanoseconds, as asked for
                      {bytes, bytes + head->caplen}});
  }
  if (got != PCAP_ERROR_BREAK) {
    return {Code::kMalformed, path + ": " + pcap_geterr(file.get())};
  }
  return frames;
}

struct CaptureWriter::Impl {
  std::string path;
  Pcap format;
  std::unique_ptr<pcap_dumper_t, CloseDump> file;
};

CaptureWriter::CaptureWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CaptureWriter::CaptureWriter(CaptureWriter&&) noexcept = default;
CaptureWriter& CaptureWriter::operator=(CaptureWriter&&) noexcept = default;
CaptureWriter::~CaptureWriter() = default;

Result<CaptureWriter> CaptureWriter::open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->format.reset(
      pcap_open_dead_with_tstamp_precision(DLT_EN10MB, kLongest, PCAP_TSTAMP_PRECISION_NANO));
  impl->file.reset(pcap_dump_open(impl->format.get(), path.c_str()));
  if (!impl->file) {
    return {Code::kNotFound, pcap_geterr(impl->format.get())};
  }
  return CaptureWriter(std::move(impl));
}

void CaptureWriter::write(uint64_t time_ns, Bytes frame) {
  pcap_pkthdr head{};
  head.ts.tv_sec = static_cast<time_t>(time_ns / kNanoseconds);
  head.ts.tv_usec = static_cast<suseconds_t>(time_ns % kNanoseconds);
  head.caplen = static_cast<bpf_u_int32>(frame.size());
  head.len = head.caplen;
  pcap_dump(reinterpret_cast<u_char*>(impl_->file.get()), &head, frame.data());
}

Status CaptureWriter::flush() {
  return pcap_dump_flush(impl_->file.get()) == 0
             ? Status::ok()
             : Status(Code::kInternal, impl_->path + ": could not be written");
}

}  // namespace vitrine::sim
