#include "host/card/pci/sensors.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include <fmt/format.h>

#include "host/card/pci/sysfs.h"

namespace vitrine::card::pci {
namespace {

namespace fs = std::filesystem;

struct Kind {
  const char* prefix;
  double scale;
  const char* unit;
};
constexpr std::array<Kind, 4> kKinds{
    {{"temp", 1e-3, "°C"}, {"in", 1e-3, "V"}, {"curr", 1e-3, "A"}, {"power", 1e-6, "W"}}};

// "temp1_input" → "temp1"; "" for other files.
std::string channel_of(const std::string& file) {
  constexpr std::string_view kEnd = "_input";
  return file.ends_with(kEnd) ? file.substr(0, file.size() - kEnd.size()) : "";
}

const Kind* kind_of(const std::string& channel) {
  const size_t digits = std::min(channel.find_first_of("0123456789"), channel.size());
  const auto* const kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& candidate) {
    return std::string_view(channel).substr(0, digits) == candidate.prefix;
  });
  return kind == kKinds.end() ? nullptr : kind;
}

void read_monitor(const fs::path& folder, std::vector<Sensor>& sensors) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string channel = channel_of(entry.path().filename());
    const Kind* const kind = kind_of(channel);
    const std::string text = kind == nullptr ? "" : first_line(entry.path());
    int64_t raw = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), raw);
    if (text.empty() || read.ec != std::errc()) {
      continue;
    }
    const std::string label = first_line(folder / (channel + "_label"));
    sensors.push_back(
        {label.empty() ? channel : label, static_cast<double>(raw) * kind->scale, kind->unit});
  }
}

}  // namespace

Result<std::vector<Sensor>> read_sensors(const PciCard& card) {
  std::vector<Sensor> sensors;
  std::error_code error;
  for (const fs::directory_entry& monitor :
       fs::directory_iterator(fs::path(card.path) / "hwmon", error)) {
    read_monitor(monitor.path(), sensors);
  }
  if (sensors.empty()) {
    return Status(Code::kUnavailable,
                  fmt::format("{} shows no sensors: {}; the management function of a card, with "
                              "XRT's xclmgmt driver, has them",
                              card.address,
                              card.driver.empty() ? "no driver is bound to it"
                                                  : "its driver is " + card.driver));
  }
  std::sort(sensors.begin(), sensors.end(),
            [](const Sensor& a, const Sensor& b) { return a.name < b.name; });
  return sensors;
}

}  // namespace vitrine::card::pci
