// Stages: (1) ask, (2) take the stream apart into whole pcapng blocks, (3) write them, changing
// files where a ring is asked for; every file begins with the section and interface blocks.
#include "host/cli/mirror_command.h"

#include <fstream>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>

#include "host/api/target.h"

namespace vitrine::cli {
namespace {

constexpr size_t kHeaderBlocks = 2;
constexpr size_t kMaxBlock = 1U << 20;

// One output, or a ring of them. Files are readable by their owner alone.
class Output {
 public:
  Output(const MirrorArguments& arguments, Environment& environment)
      : arguments_(arguments), out_(environment.out) {}

  Status open() {
    if (arguments_.output.empty()) {
      return Status::ok();
    }
    const std::string path =
        arguments_.ring == 0 ? arguments_.output
                             : fmt::format("{}.{}", arguments_.output, next_++ % arguments_.ring);
    file_ = std::ofstream();
    if (const int fd =
            ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        fd >= 0) {
      ::close(fd);
      file_.open(path, std::ios::binary | std::ios::trunc);
    }
    return file_ ? Status::ok() : Status(Code::kPermission, "cannot write " + path);
  }

  // False where the limit is reached, or nobody takes it.
  bool block(std::string_view bytes) {
    if (headers_ < kHeaderBlocks) {
      ++headers_;
      head_ += bytes;
    } else if (arguments_.bytes != 0 && written_ + bytes.size() > arguments_.bytes) {
      if (arguments_.ring == 0 || !open()) {
        return false;
      }
      written_ = 0;
      write(head_);
    }
    write(bytes);
    return stream().good();
  }
  void flush() { stream().flush(); }

 private:
  std::ostream& stream() { return file_.is_open() ? file_ : out_; }
  void write(std::string_view bytes) {
    stream().write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    written_ += bytes.size();
  }

  const MirrorArguments& arguments_;
  std::ostream& out_;
  std::ofstream file_;
  std::string head_;
  size_t headers_ = 0;
  uint32_t next_ = 0;
  uint64_t written_ = 0;
};

uint32_t load_le32(const char* p) {
  const auto at = [p](int i) { return static_cast<uint32_t>(static_cast<uint8_t>(p[i])); };
  return at(0) | at(1) << 8 | at(2) << 16 | at(3) << 24;
}

std::string target_of(const MirrorArguments& arguments) {
  std::string target = "/v1/mirror";
  const auto add = [&target](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      target += fmt::format("{}{}={}", target.find('?') == std::string::npos ? "?" : "&", name,
                            api::percent_encode(value));
    }
  };
  add("client", arguments.client);
  add("server", arguments.server);
  add("host", arguments.host);
  add("port", arguments.port == 0 ? "" : std::to_string(arguments.port));
  return target;
}

}  // namespace

Status mirror(const MirrorArguments& arguments, const api::Client& client,
              Environment& environment) {
  if (arguments.ring != 0 && (arguments.output.empty() || arguments.bytes == 0)) {
    return {Code::kInvalidArgument, "--ring needs --output and --bytes"};
  }
  Output output(arguments, environment);
  if (Status opened = output.open(); !opened) {
    return opened;
  }
  std::optional<std::chrono::steady_clock::time_point> until;
  if (arguments.seconds != 0) {
    until = std::chrono::steady_clock::now() + std::chrono::seconds(arguments.seconds);
  }
  std::string waiting;
  bool sound = true;
  const Status ended = client.stream(target_of(arguments), until, [&](std::string_view bytes) {
    waiting += bytes;
    size_t at = 0;
    while (waiting.size() - at >= 8) {
      const uint32_t size = load_le32(waiting.data() + at + 4);
      if (size < 12 || size > kMaxBlock) {
        sound = false;
        return false;
      }
      if (waiting.size() - at < size) {
        break;
      }
      if (!output.block(std::string_view(waiting).substr(at, size))) {
        return false;
      }
      at += size;
    }
    waiting.erase(0, at);
    output.flush();
    return true;
  });
  output.flush();
  return sound ? ended : Status(Code::kMalformed, "vitrined's stream is no pcapng");
}

}  // namespace vitrine::cli
