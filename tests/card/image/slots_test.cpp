#include "host/card/flash/slots.h"

#include <gtest/gtest.h>

#include "tests/card/image/cut_flash.h"
#include "tests/card/image/world.h"

namespace vitrine::card::flash {
namespace {

std::vector<uint8_t> filled(size_t size, uint8_t byte) { return std::vector<uint8_t>(size, byte); }

std::vector<uint8_t> booted(Slots& slots) {
  const auto slot = slots.boots();
  EXPECT_TRUE(slot) << slot.status().to_string();
  return *slot ? slots.image(**slot).value() : std::vector<uint8_t>();
}

TEST(Slots, BlankFlashBootsNothing) {
  CutFlash flash(kTestFlash);
  Slots slots(flash);
  EXPECT_EQ(slots.boots().value(), std::nullopt);
  EXPECT_EQ(slots.roll_back().status().code(), Code::kNotFound);
}

TEST(Slots, WritesAlternateAndTheNewestBoots) {
  CutFlash flash(kTestFlash);
  Slots slots(flash);
  for (uint8_t i = 1; i <= 5; ++i) {
    const auto written = slots.write(filled(1000U * i, i), {});
    ASSERT_TRUE(written) << written.status().to_string();
    EXPECT_EQ(*written, (i + 1U) % 2U);
    EXPECT_EQ(booted(slots), filled(1000U * i, i));
  }
}

TEST(Slots, RollBackGoesToAndFro) {
  CutFlash flash(kTestFlash);
  Slots slots(flash);
  ASSERT_TRUE(slots.write(filled(100, 1), {}));
  EXPECT_EQ(slots.roll_back().status().code(), Code::kNotFound) << "only one slot was ever written";
  ASSERT_TRUE(slots.write(filled(100, 2), {}));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(slots.roll_back());
    EXPECT_EQ(booted(slots), filled(100, 1));
    ASSERT_TRUE(slots.roll_back());
    EXPECT_EQ(booted(slots), filled(100, 2));
  }
}

TEST(Slots, RollBacksEndWhenTheRecordsDoAndAWriteMakesRoom) {
  CutFlash flash(kTestFlash);
  Slots slots(flash);
  ASSERT_TRUE(slots.write(filled(100, 1), {}));
  ASSERT_TRUE(slots.write(filled(100, 2), {}));
  Status done;
  size_t count = 0;
  for (; done && count < 1000; ++count) {
    done = slots.roll_back().status();
  }
  EXPECT_EQ(done.code(), Code::kExhausted);
  EXPECT_EQ(count, 2 * (kSector / kPage) - 1);
  EXPECT_FALSE(booted(slots).empty());
  ASSERT_TRUE(slots.write(filled(100, 3), {}));
  EXPECT_EQ(booted(slots), filled(100, 3));
  EXPECT_TRUE(slots.roll_back().is_ok() || slots.roll_back().status().code() == Code::kExhausted);
}

TEST(Slots, DamagedImageDoesNotBoot) {
  CutFlash flash(kTestFlash);
  Slots slots(flash);
  ASSERT_TRUE(slots.write(filled(5000, 1), {}));
  ASSERT_TRUE(slots.write(filled(5000, 2), {}));
  flash.bytes()[kTestFlash / 2 + kSector + 4999] ^= 1;
  EXPECT_EQ(booted(slots), filled(5000, 1));
  ASSERT_TRUE(slots.write(filled(5000, 3), {})) << "into the damaged slot, not over the whole one";
  EXPECT_EQ(booted(slots), filled(5000, 3));
  ASSERT_TRUE(slots.roll_back());
  EXPECT_EQ(booted(slots), filled(5000, 1));
}

TEST(Slots, ImageThatDoesNotFitIsRefusedBeforeAnythingIsErased) {
  CutFlash flash(kTestFlash);
  Slots slots(flash);
  ASSERT_TRUE(slots.write(filled(slots.capacity(), 1), {}));
  const uint64_t steps = flash.steps();
  EXPECT_EQ(slots.write(filled(slots.capacity() + 1, 2), {}).status().code(), Code::kExhausted);
  EXPECT_EQ(slots.write({}, {}).status().code(), Code::kExhausted);
  EXPECT_EQ(flash.steps(), steps);
  EXPECT_EQ(booted(slots), filled(slots.capacity(), 1));
}

TEST(Slots, ProgressComesToItsEndInEveryStage) {
  CutFlash flash(kTestFlash);
  Slots slots(flash);
  std::string stages;
  uint64_t before = 0;
  ASSERT_TRUE(
      slots.write(filled(200'000, 1), [&](std::string_view stage, uint64_t done, uint64_t all) {
        EXPECT_LE(done, all);
        EXPECT_TRUE(done >= before || done == 0);
        before = done;
        if (done == all) {
          stages += std::string(stage) + " ";
        }
      }));
  EXPECT_EQ(stages, "erase write verify ");
}

// The property that matters: whatever the moment, the card boots the old image or the new one, and
// the new one only where the write had come to its last step.
TEST(Slots, CutOffAnywhereTheCardBootsTheOldImage) {
  const UniquePkey key = new_image_key();
  const auto old_image = sample_image(key.get(), "1.0.0");
  const auto new_image = sample_image(key.get(), "2.0.0");
  CutFlash before(kTestFlash);
  {
    Slots slots(before);
    ASSERT_TRUE(slots.write(sample_image(key.get(), "0.9.0"), {}));  // so that both slots are used
    ASSERT_TRUE(slots.write(old_image, {}));
  }
  CutFlash whole = before;
  const uint64_t first = whole.steps();
  ASSERT_TRUE(Slots(whole).write(new_image, {}));
  const uint64_t steps = whole.steps() - first;
  ASSERT_GT(steps, 500U);

  std::mt19937 random(20261124);
  for (uint32_t round = 0; round < 100; ++round) {
    // The last step, the record's, in ten of the rounds: it is the one that matters.
    const uint64_t at = round < 10 ? steps - 1 : random() % steps;
    CutFlash flash = before;
    flash.cut_after(at, round);
    Slots slots(flash);
    ASSERT_FALSE(slots.write(new_image, {})) << "cut in step " << at;
    flash.power_on();
    const auto boots = booted(slots);
    EXPECT_TRUE(boots == old_image || (at == steps - 1 && boots == new_image))
        << "cut in step " << at << " of " << steps << ": boots "
        << (boots.empty() ? "nothing" : "something else");
    // And the next attempt succeeds.
    const auto again = slots.write(new_image, {});
    ASSERT_TRUE(again) << again.status().to_string();
    EXPECT_EQ(booted(slots), new_image);
  }
}

TEST(Slots, CutOffInARollBackTheCardBootsOneOfTheTwo) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    CutFlash flash(kTestFlash);
    Slots slots(flash);
    ASSERT_TRUE(slots.write(filled(100, 1), {}));
    ASSERT_TRUE(slots.write(filled(100, 2), {}));
    flash.cut_after(0, seed);
    ASSERT_FALSE(slots.roll_back());
    flash.power_on();
    const auto boots = booted(slots);
    EXPECT_TRUE(boots == filled(100, 1) || boots == filled(100, 2));
    ASSERT_TRUE(slots.roll_back()) << "past the torn record";
    EXPECT_NE(booted(slots), boots);
  }
}

}  // namespace
}  // namespace vitrine::card::flash
