// prim_skid: order and completeness under stalls, full throughput without.
#include "sim/bench/support/clocked.h"
#include "sim/bench/support/stalls.h"
#include <Vprim_skid.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

// Offers 0, 1, 2, ... and takes what comes; returns how many were taken in `clocks`.
uint16_t run(unsigned stall_in, unsigned stall_out, int clocks) {
  Clocked<Vprim_skid> skid;
  skid->valid_i = 0;
  skid->ready_i = 0;
  skid.reset();
  Stalls in(stall_in, 5);
  Stalls out(stall_out, 6);
  uint16_t offered = 0;
  uint16_t taken = 0;
  for (int i = 0; i < clocks; ++i) {
    skid->valid_i = in.next() ? 0 : 1;
    skid->data_i = offered;
    skid->ready_i = out.next() ? 0 : 1;
    skid->eval();
    if (skid->valid_o != 0 && skid->ready_i != 0) {
      EXPECT_EQ(skid->data_o, taken);
      ++taken;
    }
    offered = static_cast<uint16_t>(offered + (skid->valid_i != 0 && skid->ready_o != 0 ? 1 : 0));
    skid.tick();
  }
  EXPECT_LE(offered - taken, 2);
  return taken;
}

TEST(PrimSkid, OrderIsKeptUnderStalls) { EXPECT_GT(run(20, 20, 20000), 4000); }

TEST(PrimSkid, AnItemAClockWithoutStalls) { EXPECT_EQ(run(0, 0, 1000), 999); }

}  // namespace
}  // namespace vitrine::bench
