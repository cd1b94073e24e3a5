#include "host/cli/card_sheet.h"

#include <fmt/format.h>

#include "host/cli/table.h"
#include "host/cli/units.h"
#include "host/cli/view.h"

namespace vitrine::cli {
namespace {

namespace json = boost::json;

std::string fact(std::string_view label, std::string_view value) {
  return value.empty() ? "" : fmt::format("{:<18}{}\n", label, value);
}

}  // namespace

std::string render_cards(const json::value& answer, const Terminal& terminal) {
  if (array_at(answer, "/cards").empty()) {
    return "No cards: this machine has no PCI function of AMD/Xilinx (`lspci -d 10ee:`).\n";
  }
  Table table({{"CARD"}, {"DEVICE"}, {"DRIVER"}, {"LINK"}, {"NUMA"}});
  for (const json::value& card : array_at(answer, "/cards")) {
    const std::string driver = text_at(card, "/driver");
    table.add({text_at(card, "/card"), text_at(card, "/device"), driver.empty() ? "none" : driver,
               text_at(card, "/link"), json::serialize(card.at("numa_node"))});
  }
  return table.render(terminal);
}

std::string render_card(const json::value& answer, const Terminal& terminal) {
  std::string text =
      fact("Card", text_at(answer, "/card")) + fact("Kind", text_at(answer, "/kind")) +
      fact("Board", text_at(answer, "/board")) + fact("Device", text_at(answer, "/device")) +
      fact("Driver", text_at(answer, "/driver")) + fact("Link", text_at(answer, "/link"));
  const json::array& slots = array_at(answer, "/slots");
  if (slots.empty()) {
    return text;
  }
  Table table({{"SLOT"}, {"BOOTS"}, {"VERSION"}, {"FIRMWARE"}, {"BOARD"}, {"PROBLEM"}});
  for (const json::value& slot : slots) {
    const std::string problem = text_at(slot, "/problem");
    table.add({json::serialize(slot.at("slot")),
               {flag_at(slot, "/boots") ? "yes" : "no",
                flag_at(slot, "/boots") ? Colour::kGood : Colour::kPlain},
               text_at(slot, "/image/version"),
               text_at(slot, "/image/firmware_version"),
               text_at(slot, "/image/board"),
               {problem, Colour::kBad}});
  }
  return text + table.render(terminal);
}

std::string render_sensors(const json::value& answer, const Terminal& terminal) {
  Table table({{"SENSOR"}, {"VALUE", Column::Align::kRight}, {"UNIT"}});
  for (const json::value& sensor : array_at(answer, "/sensors")) {
    table.add({text_at(sensor, "/name"), fmt::format("{:.2f}", sensor.at("value").as_double()),
               text_at(sensor, "/unit")});
  }
  return table.render(terminal);
}

std::string render_image(const json::value& answer, const Terminal&) {
  return fact("Version", text_at(answer, "/version")) +
         fact("Firmware", text_at(answer, "/firmware_version")) +
         fact("Board", text_at(answer, "/board")) + fact("UUID", text_at(answer, "/uuid")) +
         fact("Register map", text_at(answer, "/register_map")) +
         fact("Bitstream", human_bytes(number_at(answer, "/bitstream_bytes"))) +
         fact("Firmware size", human_bytes(number_at(answer, "/firmware_bytes")));
}

std::string render_made(const json::value& answer, const Terminal&) {
  return fmt::format("Made a simulated card in {}, board {}.\n", text_at(answer, "/card"),
                     text_at(answer, "/board"));
}

std::string render_reset(const json::value& answer, const Terminal&) {
  return fmt::format("{} booted slot {}.\n", text_at(answer, "/card"),
                     number_at(answer, "/booted_slot"));
}

}  // namespace vitrine::cli
