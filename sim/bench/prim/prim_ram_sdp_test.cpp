// prim_ram_sdp against an array.
#include <array>
#include <optional>
#include <random>

#include "sim/bench/support/clocked.h"
#include <Vprim_ram_sdp.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

TEST(PrimRamSdp, AReadGivesWhatWasThereBeforeTheClock) {
  Clocked<Vprim_ram_sdp> ram;
  std::array<std::optional<uint16_t>, 64> expected{};
  std::mt19937 random(7);
  size_t collisions = 0;
  for (int i = 0; i < 20000; ++i) {
    ram->write_i = random() % 2;
    ram->write_address_i = random() % 64;
    ram->write_data_i = static_cast<uint16_t>(random());
    ram->read_i = 1;
    ram->read_address_i = random() % 8 == 0 ? ram->write_address_i : random() % 64;
    const auto read = expected[ram->read_address_i];
    collisions += ram->write_i != 0 && ram->write_address_i == ram->read_address_i ? 1 : 0;
    if (ram->write_i != 0) {
      expected[ram->write_address_i] = ram->write_data_i;
    }
    ram.tick();
    if (read) {
      ASSERT_EQ(ram->read_data_o, *read);
    }
  }
  EXPECT_GT(collisions, 500U);
}

TEST(PrimRamSdp, WithoutReadTheOutputStays) {
  Clocked<Vprim_ram_sdp> ram;
  ram->write_i = 1;
  ram->write_address_i = 5;
  ram->write_data_i = 0x1234;
  ram->read_i = 0;
  ram->read_address_i = 5;
  ram.tick();
  ram->write_i = 0;
  ram->read_i = 1;
  ram.tick();
  ram->read_i = 0;
  ram->read_address_i = 6;
  ram->write_i = 1;
  ram.ticks(3);
  EXPECT_EQ(ram->read_data_o, 0x1234);
}

}  // namespace
}  // namespace vitrine::bench
