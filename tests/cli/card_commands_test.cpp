// `vitrine card`, end to end: images built, verified and flashed onto a simulated card.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "host/cli/app.h"
#include "host/cli/progress_bar.h"
#include "tests/events/temporary_folder.h"

namespace vitrine::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Words = std::vector<std::string>;

class CardCommandsTest : public ::testing::Test {
 protected:
  CardCommandsTest() : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")) {
    FILE* file = std::fopen(path("key").c_str(), "we");
    PEM_write_PrivateKey(file, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    write_contents(path("xclbin"), std::string(100'000, 'b'));
    write_contents(path("elf"), "firmware");
  }
  std::string path(const std::string& name) const { return folder_.file(name); }

  int call(Words words, size_t width = 0) {
    out_.str("");
    err_.str("");
    Environment environment{.out = out_, .err = err_};
    environment.terminal.width = width;
    environment.sysfs = path("sys");
    environment.image_signer = [this]() -> Result<UniquePkey> { return up_ref(key_.get()); };
    words.insert(words.begin(), "card");
    return run(words, environment);
  }
  boost::json::value json() const { return boost::json::parse(out_.str()); }
  void build(const std::string& version, const std::string& board = "u55c") {
    ASSERT_EQ(call({"image", "build", "--version", version, "--board", board, "--uuid",
                    "6f9619ff8b86d011b42d00c04fc964ff", "--bitstream", path("xclbin"), "--firmware",
                    path("elf"), "--key", path("key"), "-o", path(version)}),
              kDone)
        << err_.str();
  }
  void create() {
    ASSERT_EQ(call({"create", path("card"), "--board", "u55c", "--flash-mib", "1"}), kDone)
        << err_.str();
  }
  std::string booted_version() {
    EXPECT_EQ(call({"info", path("card"), "--json"}), kDone) << err_.str();
    const boost::json::value answer = json();
    for (const boost::json::value& slot : answer.at("slots").as_array()) {
      if (slot.at("boots").as_bool()) {
        return slot.at("image").at("version").as_string().c_str();
      }
    }
    return "none";
  }

  TemporaryFolder folder_;
  UniquePkey key_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(CardCommandsTest, ImageIsBuiltVerifiedAndTakenApart) {
  build("1.4.0");
  EXPECT_EQ(call({"image", "verify", path("1.4.0")}), kDone) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Version           1.4.0\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Board             u55c\n"));
  EXPECT_EQ(call({"image", "extract", path("1.4.0"), "-o", path("again")}), kDone);
  EXPECT_EQ(contents_of(path("again")), std::string(100'000, 'b'));
  EXPECT_EQ(call({"image", "extract", path("1.4.0"), "--part", "firmware", "-o", path("again")}),
            kDone);
  EXPECT_EQ(contents_of(path("again")), "firmware");
  std::string damaged = contents_of(path("1.4.0"));
  damaged.back() ^= 1;
  write_contents(path("damaged"), damaged);
  EXPECT_EQ(call({"image", "verify", path("damaged")}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("the image's firmware is damaged"));
}

TEST_F(CardCommandsTest, FlashRollBackAndReset) {
  create();
  EXPECT_EQ(booted_version(), "none");
  EXPECT_EQ(call({"reset", path("card")}), kFailed);
  EXPECT_EQ(call({"selftest", path("card")}), kFailed);
  build("1.4.0");
  build("1.5.0");
  EXPECT_EQ(call({"flash", path("card"), path("1.4.0")}), kDone) << err_.str();
  EXPECT_EQ(call({"flash", path("card"), path("1.5.0")}), kDone) << err_.str();
  EXPECT_THAT(err_.str(), IsEmpty()) << "no bar where there is no terminal";
  EXPECT_EQ(booted_version(), "1.5.0");
  EXPECT_EQ(call({"rollback", path("card")}), kDone) << err_.str();
  EXPECT_EQ(booted_version(), "1.4.0");
  EXPECT_EQ(call({"reset", path("card")}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("booted slot 0"));
  EXPECT_EQ(call({"selftest", path("card")}), kDone) << err_.str();
}

TEST_F(CardCommandsTest, DowngradeMustBeAskedFor) {
  create();
  build("1.4.0");
  build("1.5.0");
  EXPECT_EQ(call({"flash", path("card"), path("1.5.0")}), kDone);
  EXPECT_EQ(call({"flash", path("card"), path("1.4.0")}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("--allow-downgrade"));
  EXPECT_EQ(booted_version(), "1.5.0");
  EXPECT_EQ(call({"flash", path("card"), path("1.4.0"), "--allow-downgrade"}), kDone);
  EXPECT_EQ(booted_version(), "1.4.0");
}

TEST_F(CardCommandsTest, BarFillsOnATerminal) {
  create();
  build("1.4.0");
  EXPECT_EQ(call({"flash", path("card"), path("1.4.0")}, 80), kDone);
  EXPECT_THAT(err_.str(),
              HasSubstr("\rverify   [########################################] 100 %\n"));
  EXPECT_EQ(progress_line("write", 1, 2, 28), "write    [#####.....]  50 %");
  EXPECT_EQ(progress_line("write", 0, 0, 0), "write    [] 100 %");
}

TEST_F(CardCommandsTest, WhatNeedsARealCardSaysWhatToDo) {
  EXPECT_EQ(call({"list"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("No cards"));
  EXPECT_EQ(call({"info", "0000:17:00.0"}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("no device"));
  const auto device = folder_.path() / "sys/bus/pci/devices/0000:17:00.0";
  std::filesystem::create_directories(device);
  write_contents(device / "vendor", "0x10ee\n");
  write_contents(device / "device", "0x505c\n");
  EXPECT_EQ(call({"list"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("0000:17:00.0"));
  EXPECT_EQ(call({"info", "0000:17:00.0", "--json"}), kDone);
  EXPECT_EQ(json().at("device"), "505c");
  build("1.4.0");
  EXPECT_EQ(call({"flash", "0000:17:00.0", path("1.4.0")}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("xbmgmt"));
  EXPECT_EQ(call({"sensors", "0000:17:00.0"}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("no driver is bound"));
}

TEST_F(CardCommandsTest, WrongUsageIsTold) {
  EXPECT_EQ(call({}), kUsage);
  EXPECT_EQ(call({"flash", path("card")}), kUsage);
  EXPECT_EQ(call({"image", "build", "--version", "1"}), kUsage);
  EXPECT_EQ(call({"flash", path("nothing"), path("elf")}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("vitrine card create"));
}

}  // namespace
}  // namespace vitrine::cli
