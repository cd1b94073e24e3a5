#include "host/card/soft/impaired_port.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "host/card/soft/checksum.h"
#include "host/card/soft/frame_parser.h"

namespace vitrine::card::soft {
namespace {

constexpr uint64_t kLongestDelayNs = 2'000'000;
constexpr size_t kBatch = 32;
constexpr size_t kEthernetHeader = 14;

template <typename T>
bool parse_number(std::string_view text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse_probability(std::string_view text, double& out) {
  return parse_number(text, out) && out >= 0 && out <= 1;
}

bool set_field(Impairment& impairment, std::string_view name, std::string_view value) {
  if (name == "seed") {
    return parse_number(value, impairment.seed);
  }
  if (name == "depth") {
    return parse_number(value, impairment.depth) && impairment.depth >= 1 &&
           impairment.depth <= 1024;
  }
  if (name == "side") {
    if (value != "both") {
      impairment.side = value == "inside" ? Port::kInside : Port::kOutside;
    }
    return value == "both" || value == "inside" || value == "outside";
  }
  const std::array<std::pair<std::string_view, double*>, 5> probabilities{
      {{"loss", &impairment.loss},
       {"reorder", &impairment.reorder},
       {"duplicate", &impairment.duplicate},
       {"corrupt", &impairment.corrupt},
       {"truncate", &impairment.truncate}}};
  for (const auto& [known, field] : probabilities) {
    if (known == name) {
      return parse_probability(value, *field);
    }
  }
  return false;
}

}  // namespace

Result<Impairment> Impairment::parse(std::string_view spec) {
  Impairment out;
  while (!spec.empty()) {
    const size_t comma = std::min(spec.find(','), spec.size());
    const std::string_view item = spec.substr(0, comma);
    spec.remove_prefix(std::min(comma + 1, spec.size()));
    const size_t equals = item.find('=');
    if (equals == std::string_view::npos ||
        !set_field(out, item.substr(0, equals), item.substr(equals + 1))) {
      return {Code::kInvalidArgument,
              "impairment: '" + std::string(item) +
                  "': give seed=N, depth=N, side=inside|outside|both, or loss, reorder, duplicate, "
                  "corrupt, truncate = 0..1"};
    }
  }
  return out;
}

ImpairedPort::ImpairedPort(std::unique_ptr<WirePort> below, const Impairment& impairment, Port side,
                           const Clock& clock)
    : below_(std::move(below)),
      impairment_(impairment),
      clock_(clock),
      random_(impairment.seed * 2 + static_cast<uint64_t>(side)) {}

bool ImpairedPort::chance(double probability) {
  // Drawn even at probability zero, so that changing one figure leaves the other decisions as they
  // were.
  constexpr double kScale = 1.0 / 9007199254740992.0;  // 2^-53
  return static_cast<double>(random_() >> 11U) * kScale < probability;
}

void ImpairedPort::corrupt(StoredFrame& stored) {
  ParsedFrame parsed;
  if (parse_frame(stored.bytes, Port::kInside, parsed) != FrameKind::kTcp ||
      parsed.payload_length == 0) {
    return;
  }
  const size_t at = parsed.payload + random_() % parsed.payload_length;
  stored.bytes[at] ^= static_cast<uint8_t>(1 + random_() % 255);
  if (stored.meta.checksum == Checksum::kPartial) {
    return;
  }
  WireFrame frame = stored.meta;
  frame.bytes = stored.bytes;
  leave_checksum_to_port(frame, parsed);
  complete_checksum(frame);
}

void ImpairedPort::truncate(StoredFrame& stored) {
  if (stored.bytes.size() > kEthernetHeader) {
    stored.bytes.resize(kEthernetHeader + random_() % (stored.bytes.size() - kEthernetHeader));
  }
  stored.meta = WireFrame{};
}

void ImpairedPort::impair(const WireFrame& frame) {
  const bool lose = chance(impairment_.loss);
  const bool delay = chance(impairment_.reorder);
  const bool twice = chance(impairment_.duplicate);
  const bool damage = chance(impairment_.corrupt);
  const bool shorten = chance(impairment_.truncate);
  StoredFrame stored;
  stored.bytes.assign(frame.bytes.begin(), frame.bytes.end());
  stored.meta = frame;
  stored.meta.bytes = {};
  if (lose) {
    stored.meta.lost = true;
    ready_.push_back(std::move(stored));
    return;
  }
  if (damage) {
    corrupt(stored);
  }
  if (shorten) {
    truncate(stored);
  }
  if (twice) {
    ready_.push_back(stored);
  }
  if (delay) {
    delayed_.push_back(
        {std::move(stored), impairment_.depth, clock_.monotonic_ns() + kLongestDelayNs});
    return;
  }
  ready_.push_back(std::move(stored));
  release_delayed(true);
}

void ImpairedPort::release_delayed(bool overtaken) {
  const uint64_t now = clock_.monotonic_ns();
  for (auto it = delayed_.begin(); it != delayed_.end();) {
    if (overtaken && it->overtakers_left > 0) {
      --it->overtakers_left;
    }
    if (it->overtakers_left == 0 || it->deadline_ns <= now) {
      ready_.push_back(std::move(it->frame));
      it = delayed_.erase(it);
    } else {
      ++it;
    }
  }
}

size_t ImpairedPort::receive(std::span<WireFrame> out) {
  if (ready_.size() < out.size()) {
    std::array<WireFrame, kBatch> frames;
    const size_t count = below_->receive(frames);
    for (size_t i = 0; i < count; ++i) {
      impair(frames[i]);
    }
    if (count > 0) {
      below_->done();
    }
    release_delayed(false);
  }
  const size_t count = std::min(out.size(), ready_.size());
  for (size_t i = 0; i < count; ++i) {
    given_.push_back(std::move(ready_.front()));
    ready_.pop_front();
  }
  for (size_t i = 0; i < count; ++i) {
    out[i] = given_[i].meta;
    out[i].bytes = given_[i].bytes;
  }
  return count;
}

int ImpairedPort::wait_limit_ms() const {
  if (!ready_.empty()) {
    return 0;
  }
  return delayed_.empty() ? below_->wait_limit_ms() : 1;
}

}  // namespace vitrine::card::soft
