#include "host/events/rotating_file.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/events/temporary_folder.h"

namespace vitrine::events {
namespace {

namespace fs = std::filesystem;

TEST(RotatingFile, AppendsToWhatIsThere) {
  const TemporaryFolder folder;
  write_contents(folder.file("log"), "old\n");
  auto file = RotatingFile::open(folder.file("log"), 1000, 2);
  ASSERT_TRUE(file);
  EXPECT_TRUE((*file)->append("new\n"));
  EXPECT_EQ(contents_of(folder.file("log")), "old\nnew\n");
}

TEST(RotatingFile, RotatesBeforeTheLimitAndKeepsSoMany) {
  const TemporaryFolder folder;
  auto file = RotatingFile::open(folder.file("log"), 8, 2);
  ASSERT_TRUE(file);
  for (const char* line : {"one\n", "two\n", "three\n", "four\n", "five\n"}) {
    ASSERT_TRUE((*file)->append(line));
  }
  EXPECT_EQ(contents_of(folder.file("log")), "five\n");
  EXPECT_EQ(contents_of(folder.file("log.1")), "four\n");
  EXPECT_EQ(contents_of(folder.file("log.2")), "three\n");
  EXPECT_FALSE(fs::exists(folder.file("log.3")));
}

TEST(RotatingFile, KeepsNoneWhereNoneIsWanted) {
  const TemporaryFolder folder;
  auto file = RotatingFile::open(folder.file("log"), 4, 0);
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->append("one\n"));
  ASSERT_TRUE((*file)->append("two\n"));
  EXPECT_EQ(contents_of(folder.file("log")), "two\n");
  EXPECT_FALSE(fs::exists(folder.file("log.1")));
}

TEST(RotatingFile, ReopenFollowsTheName) {
  const TemporaryFolder folder;
  auto file = RotatingFile::open(folder.file("log"), 1000, 2);
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->append("before\n"));
  fs::rename(folder.file("log"), folder.file("log.moved"));
  ASSERT_TRUE((*file)->reopen());
  ASSERT_TRUE((*file)->append("after\n"));
  EXPECT_EQ(contents_of(folder.file("log.moved")), "before\n");
  EXPECT_EQ(contents_of(folder.file("log")), "after\n");
}

TEST(RotatingFile, IsNotReadableByOthers) {
  const TemporaryFolder folder;
  ASSERT_TRUE(RotatingFile::open(folder.file("log"), 1000, 2));
  struct stat info {};
  ASSERT_EQ(::stat(folder.file("log").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07, 0U);
}

TEST(RotatingFile, LinksFoldersAndMissingFoldersAreRefused) {
  const TemporaryFolder folder;
  write_contents(folder.file("target"), "precious");
  fs::create_symlink(folder.file("target"), folder.file("link"));
  EXPECT_FALSE(RotatingFile::open(folder.file("link"), 1000, 2));
  EXPECT_FALSE(RotatingFile::open(folder.path().string(), 1000, 2));
  EXPECT_FALSE(RotatingFile::open(folder.file("no/log"), 1000, 2));
}

TEST(RotatingFile, FullDiskIsAnErrorAndNoCrash) {
  auto file = RotatingFile::open("/dev/full", 1000, 2);
  EXPECT_FALSE(file) << "a device is no log file";
}

}  // namespace
}  // namespace vitrine::events
