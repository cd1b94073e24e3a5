// parse_frame under test, beside the soft card's parser: frames in, results compared field by
// field.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "sim/bench/support/clocked.h"
#include "sim/bench/support/frame_stream.h"
#include <Vparse_frame.h>

#include "host/card/soft/frame_parser.h"

namespace vitrine::bench {

// A result of either parser, in one shape.
struct Parsed {
  card::soft::FrameKind kind = card::soft::FrameKind::kMalformed;
  card::soft::ParsedFrame frame;
  size_t frame_bytes = 0;

  // "" where equal; else the first field that differs, with both values. Of malformed frames the
  // kind alone counts.
  std::string difference(const Parsed& other) const;
};

Parsed parse_by_reference(const Frame& frame, card::Port ingress);

class ParseBench : public Agent {
 public:
  explicit ParseBench(unsigned stall_in = 0, unsigned stall_out = 0, int seed = 1);

  void send(Frame frame, card::Port ingress);
  // Runs until every frame has a result, or too long.
  void run();

  uint64_t clocks() const { return model_.clocks(); }
  size_t compared() const { return compared_; }
  size_t of_kind(card::soft::FrameKind kind) const { return kinds_[static_cast<size_t>(kind)]; }
  // Frames whose results differ, as text; a bench expects none.
  const std::vector<std::string>& differences() const { return differences_; }
  // Clocks from the one that took a frame's last beat to the one that gave its result; the last
  // frame's.
  uint64_t latency() const { return latency_; }
  const std::vector<std::string>& violations() const { return violations_; }

  void drive() override;
  void sample() override;

 private:
  struct Expected {
    Frame frame;
    card::Port ingress;
  };
  Parsed result() const;

  Clocked<Vparse_frame> model_;
  FrameDriver driver_;
  Stalls stalls_out_;
  std::deque<Expected> expected_;
  std::deque<card::Port> ingress_;
  std::deque<uint64_t> taken_at_;
  std::vector<std::string> differences_;
  std::vector<std::string> violations_;
  std::array<size_t, 6> kinds_{};
  size_t compared_ = 0;
  uint64_t latency_ = 0;
  bool waiting_ = false;
  Parsed waiting_result_;
};

}  // namespace vitrine::bench
