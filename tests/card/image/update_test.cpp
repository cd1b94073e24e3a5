#include "host/card/flash/update.h"

#include <gtest/gtest.h>

#include "tests/card/image/cut_flash.h"
#include "tests/card/image/world.h"

namespace vitrine::card::flash {
namespace {

class Update : public ::testing::Test {
 protected:
  Status flash(const std::string& version, bool downgrade = false,
               const std::string& board = "u55c") {
    rules_.allow_downgrade = downgrade;
    return update(slots_, sample_image(key_.get(), version, 1000, 100, board), key_.get(), rules_,
                  {})
        .status();
  }
  std::string boots() {
    const auto states = look(slots_, key_.get());
    for (const SlotState& state : *states) {
      if (state.boots) {
        return state.manifest->version.text();
      }
    }
    return "";
  }

  UniquePkey key_ = new_image_key();
  CutFlash flash_{kTestFlash};
  Slots slots_{flash_};
  UpdateRules rules_{"u55c", 0xb538ea7f, false};
};

TEST_F(Update, DowngradeIsRefusedUnlessAskedFor) {
  ASSERT_TRUE(flash("1.9.0"));
  ASSERT_TRUE(flash("1.10.0"));
  const Status refused = flash("1.9.0");
  EXPECT_EQ(refused.code(), Code::kPermission);
  EXPECT_NE(refused.message().find("--allow-downgrade"), std::string::npos);
  EXPECT_EQ(boots(), "1.10.0");
  EXPECT_TRUE(flash("1.10.0")) << "the same again is no downgrade";
  EXPECT_TRUE(flash("1.9.0", true));
  EXPECT_EQ(boots(), "1.9.0");
}

TEST_F(Update, ImageForAnotherBoardOrRegisterMapIsRefused) {
  EXPECT_EQ(flash("1.0.0", false, "u50").code(), Code::kInvalidArgument);
  rules_.register_map = 1;
  EXPECT_EQ(flash("1.0.0").code(), Code::kUnsupported);
  EXPECT_EQ(flash_.steps(), 0U) << "nothing was touched";
}

TEST_F(Update, UnsignedImageTouchesNothing) {
  auto bytes = sample_image(new_image_key().get(), "1.0.0", 1000, 100);
  EXPECT_EQ(update(slots_, bytes, key_.get(), rules_, {}).status().code(), Code::kPermission);
  EXPECT_EQ(flash_.steps(), 0U);
}

TEST_F(Update, SlotsTellWhatTheyHoldAndWhatIsWrongWithIt) {
  ASSERT_TRUE(flash("1.0.0"));
  ASSERT_TRUE(flash("1.1.0"));
  auto states = look(slots_, key_.get());
  ASSERT_TRUE(states);
  EXPECT_EQ((*states)[0].manifest->version.text(), "1.0.0");
  EXPECT_FALSE((*states)[0].boots);
  EXPECT_TRUE((*states)[1].boots);
  flash_.bytes()[kSector + 700] ^= 1;
  states = look(slots_, key_.get());
  EXPECT_EQ((*states)[0].problem, "the image of slot 0 is damaged");
  const UniquePkey other = new_image_key();
  states = look(slots_, other.get());
  EXPECT_NE((*states)[1].problem.find("not signed"), std::string::npos);
}

}  // namespace
}  // namespace vitrine::card::flash
