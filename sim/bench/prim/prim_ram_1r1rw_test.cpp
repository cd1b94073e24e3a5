// prim_ram_1r1rw against an array.
#include <array>
#include <optional>
#include <random>

#include "sim/bench/support/clocked.h"
#include <Vprim_ram_1r1rw.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

TEST(PrimRam1r1rw, BothPortsReadWhatWasThereBeforeTheClock) {
  Clocked<Vprim_ram_1r1rw> ram;
  std::array<std::optional<uint16_t>, 64> expected{};
  std::optional<uint16_t> read;
  std::optional<uint16_t> read_b;
  std::mt19937 random(7);
  size_t collisions = 0;
  for (int i = 0; i < 20000; ++i) {
    ram->enable_i = random() % 4 != 0;
    ram->write_i = random() % 2;
    ram->address_i = random() % 64;
    ram->data_i = static_cast<uint16_t>(random());
    ram->read_i = random() % 4 != 0;
    ram->read_address_i = random() % 8 == 0 ? ram->address_i : random() % 64;
    const bool write = ram->enable_i != 0 && ram->write_i != 0;
    collisions += write && ram->read_i != 0 && ram->address_i == ram->read_address_i ? 1 : 0;
    // Without a read the output stays.
    read = ram->read_i != 0 ? expected[ram->read_address_i] : read;
    read_b = ram->enable_i != 0 && !write ? expected[ram->address_i] : read_b;
    if (write) {
      expected[ram->address_i] = ram->data_i;
    }
    ram.tick();
    if (read) {
      ASSERT_EQ(ram->read_data_o, *read);
    }
    if (read_b) {
      ASSERT_EQ(ram->data_o, *read_b);
    }
  }
  EXPECT_GT(collisions, 500U);
}

}  // namespace
}  // namespace vitrine::bench
