#include "sim/bench/record/engine_harness.h"

namespace vitrine::bench {

FlowOptions long_records(test::Random& random) {
  FlowOptions options;
  options.version = random() % 3 == 0 ? card::TlsVersion::kTls12 : card::TlsVersion::kTls13;
  options.in_key_size = random() % 2 != 0 ? 16 : 32;
  options.out_key_size = random() % 2 != 0 ? 16 : 32;
  constexpr size_t largest[] = {300, 3000, 16384};
  options.smallest_record = 70;
  options.largest_record = largest[random() % 3];
  options.odd_records = 0;
  options.loss = random() % 2 != 0 ? 5 : 20;
  options.finish_after = random() % 2 != 0 ? 300 : 0;
  return options;
}

}  // namespace vitrine::bench
