#include <filesystem>

#include <gtest/gtest.h>

#include "host/card/pci/pci_cards.h"
#include "host/card/pci/sensors.h"
#include "tests/events/temporary_folder.h"

namespace vitrine::card::pci {
namespace {

namespace fs = std::filesystem;

// A /sys with one card of two functions, and a network card.
class PciTest : public ::testing::Test {
 protected:
  PciTest() {
    add("0000:17:00.1", "0x10ee", "0x505d", "xocl");
    add("0000:17:00.0", "0x10ee", "0x505c", "xclmgmt");
    add("0000:03:00.0", "0x8086", "0x1572", "i40e");
  }
  void add(const std::string& address, const std::string& vendor, const std::string& device,
           const std::string& driver) {
    const fs::path path = folder_.path() / "bus/pci/devices" / address;
    fs::create_directories(path);
    write_contents(path / "vendor", vendor + "\n");
    write_contents(path / "device", device + "\n");
    write_contents(path / "current_link_speed", "8.0 GT/s PCIe\n");
    write_contents(path / "current_link_width", "16\n");
    write_contents(path / "numa_node", "1\n");
    fs::create_directory_symlink("../../drivers/" + driver, path / "driver");
  }
  std::string sysfs() const { return folder_.path(); }

  TemporaryFolder folder_;
};

TEST_F(PciTest, FindsTheVendorsFunctionsByAddress) {
  const auto cards = find_cards(sysfs());
  ASSERT_EQ(cards.size(), 2U);
  EXPECT_EQ(cards[0].address, "0000:17:00.0");
  EXPECT_EQ(cards[0].driver, "xclmgmt");
  EXPECT_EQ(cards[1].device, 0x505d);
  EXPECT_EQ(cards[1].link_width, "16");
  EXPECT_EQ(cards[1].numa_node, 1);
  EXPECT_TRUE(find_cards(folder_.file("nothing")).empty());
}

TEST_F(PciTest, MissingCardSaysWhereToLook) {
  EXPECT_TRUE(find_card(sysfs(), "0000:17:00.1"));
  const auto missing = find_card(sysfs(), "0000:03:00.0");
  EXPECT_EQ(missing.status().code(), Code::kNotFound);
  EXPECT_NE(missing.status().message().find("lspci -d 10ee:"), std::string::npos);
}

TEST_F(PciTest, AddressesAreTold) {
  EXPECT_TRUE(is_address("0000:17:00.1"));
  for (const char* text : {"", "17:00.1", "0000:17:00.1 ", "./0000:17:00.", "000g:17:00.1"}) {
    EXPECT_FALSE(is_address(text)) << text;
  }
}

TEST_F(PciTest, SensorsHaveTheirUnits) {
  const PciCard card = find_card(sysfs(), "0000:17:00.0").value();
  EXPECT_EQ(read_sensors(card).status().code(), Code::kUnavailable);
  const fs::path monitor = fs::path(card.path) / "hwmon/hwmon3";
  fs::create_directories(monitor);
  const std::pair<const char*, const char*> files[] = {
      {"temp1_input", "43000\n"}, {"temp1_label", "fpga\n"},      {"in0_input", "12034\n"},
      {"curr1_input", "1500\n"},  {"power1_input", "30500000\n"}, {"fan1_input", "3000\n"},
      {"temp2_input", "\n"},      {"temp1_max", "90000\n"}};
  for (const auto& [name, text] : files) {
    write_contents(monitor / name, text);
  }
  const auto sensors = read_sensors(card);
  ASSERT_TRUE(sensors) << sensors.status().to_string();
  std::string all;
  for (const Sensor& sensor : *sensors) {
    all += sensor.name + "=" + std::to_string(sensor.value) + sensor.unit + " ";
  }
  EXPECT_EQ(all, "curr1=1.500000A fpga=43.000000°C in0=12.034000V power1=30.500000W ");
}

}  // namespace
}  // namespace vitrine::card::pci
