// Any bytes as a frame: nothing that the parser finds may lie outside it, and what it calls TCP can
// be checksummed, cut into segments and put together again.
#include <cstdlib>
#include <vector>

#include "host/card/soft/checksum.h"
#include "host/card/soft/frame_parser.h"
#include "host/card/soft/rule_table.h"
#include "host/card/soft/segmenter.h"

using namespace vitrine;
using namespace vitrine::card;
using namespace vitrine::card::soft;

namespace {

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void check_tcp(std::vector<uint8_t>& frame, const ParsedFrame& parsed) {
  require(parsed.l3 < parsed.l4 && parsed.l4 + 20U <= parsed.payload);
  require(parsed.payload + size_t{parsed.payload_length} <= frame.size());
  if (parsed.options.timestamp != 0) {
    require(parsed.options.timestamp + 8U <= parsed.payload);
  }
  if (parsed.options.sack != 0) {
    require(parsed.options.sack + 8U * parsed.options.sack_blocks <= parsed.payload);
  }
  WireFrame wire;
  wire.bytes = MutableBytes(frame).first(parsed.payload + parsed.payload_length);
  fix_ip_checksum(wire.bytes, parsed);
  leave_checksum_to_port(wire, parsed);
  complete_checksum(wire);
  require(ip_checksum_is_right(wire.bytes, parsed));
  require(transport_checksum_is_right(wire.bytes, parsed));
  const Segmenter segmenter(wire.bytes, parsed, 17);
  std::vector<uint8_t> segment(segmenter.max_length());
  size_t payload = 0;
  for (size_t i = 0; i < segmenter.count(); ++i) {
    const Bytes piece = Bytes(segment).first(segmenter.write(i, segment));
    ParsedFrame again;
    require(parse_frame(piece, Port::kInside, again) == FrameKind::kTcp);
    require(again.sequence == parsed.sequence + static_cast<uint32_t>(payload));
    require(transport_checksum_is_right(piece, again));
    payload += again.payload_length;
  }
  require(payload == parsed.payload_length);
}

const RuleTable& table() {
  static const RuleTable kTable = [] {
    RuleGeneration generation;
    Rule rule;
    rule.protocol = 6;
    rule.destination_port = {443, 0xffff};
    rule.source = IpNetwork::parse("2001:db8::/32").value();
    rule.action = Action::kDrop;
    generation.rules = {rule};
    return RuleTable::compile(generation).value();
  }();
  return kTable;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<uint8_t> frame(data, data + size);
  ParsedFrame parsed;
  const FrameKind kind = parse_frame(frame, Port::kInside, parsed);
  if (kind == FrameKind::kMalformed) {
    return 0;
  }
  static_cast<void>(table().decide(kind, parsed.key));
  require(parsed.l3 <= frame.size());
  if (kind == FrameKind::kTcp) {
    check_tcp(frame, parsed);
  }
  return 0;
}
