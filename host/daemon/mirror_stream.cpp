#include "host/daemon/mirror_stream.h"

#include <utility>

#include <fmt/format.h>

#include "host/api/target.h"

namespace vitrine::daemon {
namespace {

void tell(events::EventHub& hub, std::string message) {
  events::Event event;
  event.type = events::EventType::kSystem;
  event.inspection.message = std::move(message);
  hub.publish(std::move(event));
}

class MirrorStream : public api::ByteStream {
 public:
  MirrorStream(std::unique_ptr<inspect::MirrorReader> reader, events::EventHub& hub,
               std::string what)
      : reader_(std::move(reader)), hub_(hub), what_(std::move(what)) {
    tell(hub_, fmt::format("mirror of decrypted traffic begun ({})", what_));
  }
  ~MirrorStream() override {
    tell(hub_, fmt::format("mirror of decrypted traffic ended ({}): {} packets, {} lost", what_,
                           reader_->packets(), reader_->dropped()));
  }
  std::string take() override { return reader_->take(); }

 private:
  std::unique_ptr<inspect::MirrorReader> reader_;
  events::EventHub& hub_;
  std::string what_;
};

}  // namespace

Result<inspect::MirrorFilter> mirror_filter(const std::map<std::string, std::string>& parameters) {
  inspect::MirrorFilter filter;
  for (const auto& [name, value] : parameters) {
    if (name == "client" || name == "server") {
      const auto address = IpAddress::parse(value);
      if (!address) {
        return address.status();
      }
      (name == "client" ? filter.client : filter.server) = *address;
    } else if (name == "port") {
      const auto port = api::parse_number(value);
      if (!port || *port == 0 || *port > 65535) {
        return Status(Code::kInvalidArgument, "port: '" + value + "' is no port");
      }
      filter.port = static_cast<uint16_t>(*port);
    } else if (name == "host") {
      filter.host = value;
    } else {
      return Status(Code::kInvalidArgument, "a mirror has no filter '" + name + "'");
    }
  }
  return filter;
}

Result<std::unique_ptr<api::ByteStream>> open_mirror_stream(
    inspect::MirrorHub& mirror, events::EventHub& events,
    const std::map<std::string, std::string>& parameters, std::function<void()> wake) {
  auto filter = mirror_filter(parameters);
  if (!filter) {
    return filter.status();
  }
  auto reader = mirror.open(std::move(filter).value(), std::move(wake));
  if (!reader) {
    return reader.status();
  }
  std::string what;
  for (const auto& [name, value] : parameters) {
    what += (what.empty() ? "" : ", ") + name + " " + value;
  }
  return std::unique_ptr<api::ByteStream>(std::make_unique<MirrorStream>(
      std::move(reader).value(), events, what.empty() ? "everything" : what));
}

}  // namespace vitrine::daemon
