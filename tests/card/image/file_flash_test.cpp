#include "host/card/flash/file_flash.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "host/card/flash/simulated_card.h"
#include "tests/events/temporary_folder.h"

namespace vitrine::card::flash {
namespace {

constexpr uint64_t kSize = 4 * kSector;

TEST(FileFlash, ProgrammingOnlyClearsBitsAndErasingSetsThem) {
  const TemporaryFolder folder;
  auto flash = FileFlash::create(folder.file("flash"), kSize);
  ASSERT_TRUE(flash) << flash.status().to_string();
  std::array<uint8_t, 2> bytes{};
  ASSERT_TRUE((*flash)->read(kSize - 2, bytes));
  EXPECT_EQ(bytes, (std::array<uint8_t, 2>{0xff, 0xff}));
  ASSERT_TRUE((*flash)->program(256, std::array<uint8_t, 2>{0xf0, 0x3c}));
  ASSERT_TRUE((*flash)->program(256, std::array<uint8_t, 2>{0x3f, 0xff}));
  ASSERT_TRUE((*flash)->read(256, bytes));
  EXPECT_EQ(bytes, (std::array<uint8_t, 2>{0x30, 0x3c}));
  ASSERT_TRUE((*flash)->erase_sector(kSector));
  ASSERT_TRUE((*flash)->read(256, bytes));
  EXPECT_EQ(bytes[0], 0x30) << "another sector";
  ASSERT_TRUE((*flash)->erase_sector(0));
  ASSERT_TRUE((*flash)->read(256, bytes));
  EXPECT_EQ(bytes[0], 0xff);
}

TEST(FileFlash, IsForOneProcessAtATime) {
  const TemporaryFolder folder;
  {
    const auto first = FileFlash::create(folder.file("flash"), kSize);
    ASSERT_TRUE(first);
    EXPECT_EQ(FileFlash::open(folder.file("flash")).status().code(), Code::kUnavailable);
    EXPECT_EQ(FileFlash::create(folder.file("flash"), kSize).status().code(), Code::kAlreadyExists);
  }
  EXPECT_TRUE(FileFlash::open(folder.file("flash")));
}

TEST(FileFlash, OtherFilesAreNotTakenForOne) {
  const TemporaryFolder folder;
  write_contents(folder.path() / "short", "text");
  EXPECT_EQ(FileFlash::open(folder.file("short")).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(FileFlash::open(folder.file("none")).status().code(), Code::kNotFound);
  EXPECT_EQ(FileFlash::create(folder.file("odd"), kSize + kSector).status().code(),
            Code::kInvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "odd"));
}

TEST(SimulatedCard, KeepsItsBoardAndItsFlash) {
  const TemporaryFolder folder;
  EXPECT_EQ(open_simulated_card(folder.file("card")).status().code(), Code::kNotFound);
  ASSERT_TRUE(create_simulated_card(folder.file("card"), "u250", kSize));
  const auto card = open_simulated_card(folder.file("card"));
  ASSERT_TRUE(card) << card.status().to_string();
  EXPECT_EQ(card->board, "u250");
  EXPECT_EQ(card->flash->size(), kSize);
}

}  // namespace
}  // namespace vitrine::card::flash
