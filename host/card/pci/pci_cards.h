// The cards of this machine, as Linux shows PCI functions under /sys.
//
// An Alveo card is known by its vendor and device numbers; a function is its management one
// (which can be flashed) or its user one (which traffic goes through).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/base/status.h"

namespace vitrine::card::pci {

struct PciCard {
  std::string address;  // "0000:17:00.1"
  uint16_t device = 0;
  std::string driver;      // "" where none is bound
  std::string link_speed;  // "8.0 GT/s PCIe"
  std::string link_width;  // "16"
  int numa_node = -1;
  std::string path;  // its folder
};

// Functions of AMD/Xilinx (vendor 10ee) under SYSFS/bus/pci/devices, by address. None is no error.
std::vector<PciCard> find_cards(const std::string& sysfs);

// kNotFound, with what to look at, where it is not there.
Result<PciCard> find_card(const std::string& sysfs, const std::string& address);

// "0000:17:00.1"?
bool is_address(const std::string& text);

}  // namespace vitrine::card::pci
