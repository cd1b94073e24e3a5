#include "host/card/pci/pci_cards.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include <fmt/format.h>

#include "host/card/pci/sysfs.h"

namespace vitrine::card::pci {
namespace {

namespace fs = std::filesystem;

constexpr uint16_t kXilinx = 0x10ee;

uint16_t id_at(const fs::path& path) {
  const std::string text = first_line(path);  // "0x10ee"
  uint16_t id = 0;
  if (text.starts_with("0x")) {
    std::from_chars(text.data() + 2, text.data() + text.size(), id, 16);
  }
  return id;
}

int number_at(const fs::path& path) {
  const std::string text = first_line(path);
  int number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

bool is_address(const std::string& text) {
  constexpr std::string_view kForm = "hhhh:hh:hh.h";
  return std::equal(text.begin(), text.end(), kForm.begin(), kForm.end(), [](char c, char form) {
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    return form == 'h' ? hex : c == form;
  });
}

std::vector<PciCard> find_cards(const std::string& sysfs) {
  std::vector<PciCard> cards;
  std::error_code error;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(fs::path(sysfs) / "bus/pci/devices", error)) {
    const fs::path& path = entry.path();
    if (id_at(path / "vendor") != kXilinx) {
      continue;
    }
    const fs::path driver = fs::read_symlink(path / "driver", error);
    cards.push_back({path.filename(), id_at(path / "device"), driver.filename(),
                     first_line(path / "current_link_speed"),
                     first_line(path / "current_link_width"), number_at(path / "numa_node"), path});
  }
  std::sort(cards.begin(), cards.end(),
            [](const PciCard& a, const PciCard& b) { return a.address < b.address; });
  return cards;
}

Result<PciCard> find_card(const std::string& sysfs, const std::string& address) {
  for (const PciCard& card : find_cards(sysfs)) {
    if (card.address == address) {
      return card;
    }
  }
  return Status(Code::kNotFound,
                fmt::format("no device: no AMD/Xilinx function at {}; `vitrine card list` shows "
                            "those there are, and `lspci -d 10ee:` what the machine sees",
                            address));
}

}  // namespace vitrine::card::pci
