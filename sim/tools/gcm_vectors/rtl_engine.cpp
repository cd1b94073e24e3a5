#include <algorithm>
#include <random>
#include <stdexcept>

#include "sim/bench/aead/engine.h"
#include "sim/bench/aead/records.h"
#include "sim/tools/gcm_vectors/engine.h"

#include "tests/support/record_stream.h"

namespace vitrine::gcm {
namespace {

constexpr size_t kMaxAad = 16;      // the record layer has 5 or 13 bytes
constexpr size_t kMaxText = 16640;  // RFC 8446 section 5.2
constexpr size_t kHeader = 5;

// The hardware always opens under one key and seals under another: the case has one leg, a random
// key the other.
class RtlEngine : public Engine {
 public:
  std::string not_applicable(const Vector& vector) const override {
    if (const std::string why = not_applicable_to_records(vector); !why.empty()) {
      return why;
    }
    if (vector.aad.size() > kMaxAad) {
      return "AAD longer than a block, which no record has";
    }
    return std::max(vector.plain.size(), vector.cipher.size()) > kMaxText
               ? "text longer than a record's"
               : "";
  }
  Result seal(const Vector& vector) override {
    bench::Record record;
    record.piece = piece(vector, vector.plain.size());
    record.plain = vector.plain;
    record.piece.in_key = bench::random_bytes(random_, vector.key.size());
    record.piece.in_nonce = bench::random_bytes(random_, 12);
    record.incoming =
        test::gcm_seal(record.piece.in_key, record.piece.in_nonce, vector.aad, vector.plain);
    return run(record, true);
  }
  Result open(const Vector& vector) override {
    bench::Record record;
    record.piece = piece(vector, vector.cipher.size());
    record.plain = vector.cipher;  // of its size; what comes out is looked at by the caller
    record.piece.out_key = bench::random_bytes(random_, vector.key.size());
    record.piece.out_nonce = bench::random_bytes(random_, 12);
    record.incoming = vector.cipher;
    record.incoming.insert(record.incoming.end(), vector.tag.begin(), vector.tag.end());
    return run(record, false);
  }

 private:
  static bench::Piece piece(const Vector& vector, size_t text_bytes) {
    bench::Piece piece;
    piece.kind = bench::PieceKind::kText;
    piece.text_bytes = text_bytes;
    piece.in_key = vector.key;
    piece.out_key = vector.key;
    piece.in_nonce = vector.iv;
    piece.out_nonce = vector.iv;
    piece.in_aad = vector.aad;
    piece.out_aad = vector.aad;
    return piece;
  }

  Result run(bench::Record& record, bool seals) {
    record.outgoing = record.incoming;
    const bench::RecordStream stream({record}, kHeader);
    struct Part {
      size_t at;
      bench::CutFrame frame;
    };
    std::vector<Part> parts;
    for (size_t at = 0; at < stream.size();) {
      const size_t size = std::min(stream.size() - at, static_cast<size_t>(1 + random_() % 100));
      parts.push_back({at, stream.cut(random_, at, at + size, kLead, 30)});
      at += size;
    }
    std::shuffle(parts.begin(), parts.end(), random_);
    for (const Part& part : parts) {
      engine_.send(part.frame.bytes, part.frame.pieces);
    }
    if (!engine_.run()) {
      throw std::runtime_error("the RTL engine did not finish");
    }
    ByteVector out(stream.size());
    for (const Part& part : parts) {
      const bench::EngineFrame& frame = engine_.frames().front();
      const ByteVector& bytes = seals ? frame.data : frame.plain;
      std::copy(bytes.begin() + kLead, bytes.end(),
                out.begin() + static_cast<std::ptrdiff_t>(part.at));
      engine_.frames().pop_front();
    }
    using bench::operator^=;
    bench::Block tag{};
    for (const bench::Sum& sum : engine_.sums()) {
      tag ^= seals ? sum.out_sum : sum.in_sum;
    }
    engine_.sums().clear();
    const auto text = out.begin() + kHeader;
    return {ByteVector(text, text + static_cast<std::ptrdiff_t>(record.plain.size())),
            ByteVector(tag.begin(), tag.end())};
  }

  static constexpr size_t kLead = 54;  // bytes of lower layers
  bench::Engine engine_;
  std::mt19937_64 random_{1};
};

}  // namespace

std::unique_ptr<Engine> make_rtl_engine() { return std::make_unique<RtlEngine>(); }

}  // namespace vitrine::gcm
