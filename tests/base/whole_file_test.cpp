#include "host/base/whole_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace vitrine {
namespace {

namespace fs = std::filesystem;

class WholeFile : public testing::Test {
 protected:
  WholeFile() : folder_(fs::temp_directory_path() / "whole_file-XXXXXX") {
    if (::mkdtemp(folder_.data()) == nullptr) {
      std::abort();
    }
  }
  ~WholeFile() override { fs::remove_all(folder_); }

  static std::string contents(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  auto files() const { return std::distance(fs::directory_iterator(folder_), {}); }

  std::string folder_;
};

TEST_F(WholeFile, ReplacesWhatIsThereAndLeavesNothingAside) {
  const std::string path = folder_ + "/one";
  ASSERT_TRUE(write_whole_file(path, as_bytes("a longer first text"), 0644));
  ASSERT_TRUE(write_whole_file(path, as_bytes("second"), 0644));
  EXPECT_EQ(contents(path), "second");
  EXPECT_EQ(files(), 1);
  EXPECT_TRUE(sync_directory(folder_));
}

TEST_F(WholeFile, TheModeIsAsAskedWhateverTheUmask) {
  const mode_t before = ::umask(077);
  for (const mode_t mode : {0644U, 0600U}) {
    ASSERT_TRUE(write_whole_file(folder_ + "/one", as_bytes("x"), mode));
    struct stat info {};
    ASSERT_EQ(::stat((folder_ + "/one").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, mode);
  }
  ::umask(before);
}

TEST_F(WholeFile, ALinkIsReplacedAndWhatItNamesIsNot) {
  ASSERT_TRUE(write_whole_file(folder_ + "/other", as_bytes("other's"), 0644));
  fs::create_symlink(folder_ + "/other", folder_ + "/one");
  ASSERT_TRUE(write_whole_file(folder_ + "/one", as_bytes("mine"), 0644));
  EXPECT_EQ(contents(folder_ + "/other"), "other's");
  EXPECT_EQ(contents(folder_ + "/one"), "mine");
}

TEST_F(WholeFile, AFailureLeavesNothingAndNamesThePath) {
  fs::create_directory(folder_ + "/in_the_way");
  const Status status = write_whole_file(folder_ + "/in_the_way", as_bytes("x"), 0644);
  EXPECT_NE(status.message().find("cannot write " + folder_ + "/in_the_way: "), std::string::npos)
      << status.message();
  EXPECT_EQ(files(), 1);
  EXPECT_EQ(write_whole_file(folder_ + "/none/one", as_bytes("x"), 0644).code(), Code::kNotFound);
  EXPECT_EQ(sync_directory(folder_ + "/none").code(), Code::kNotFound);
}

}  // namespace
}  // namespace vitrine
