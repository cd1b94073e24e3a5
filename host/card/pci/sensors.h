// What a card's sensors say, as its driver shows them through Linux's hwmon (Documentation/hwmon/
// sysfs-interface.rst of the kernel: millidegrees, millivolts, milliamperes, microwatts).
#pragma once

#include <string>
#include <vector>

#include "host/base/status.h"
#include "host/card/pci/pci_cards.h"

namespace vitrine::card::pci {

struct Sensor {
  std::string name;  // its label, else that of its file: "fpga_temp", "temp1"
  double value = 0;
  std::string unit;  // "°C", "V", "A", "W"
};

// By name. kUnavailable, with what to do, where the card's driver shows none.
Result<std::vector<Sensor>> read_sensors(const PciCard& card);

}  // namespace vitrine::card::pci
