// What the commands do: (1) arguments and files, (2) the work in host/card, (3) a JSON answer,
// (4) shown as it is or as text.
#include "host/cli/card_commands.h"

#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <openssl/pem.h>

#include "host/card/flash/simulated_card.h"
#include "host/card/flash/update.h"
#include "host/card/pci/pci_cards.h"
#include "host/card/pci/sensors.h"
#include "host/card/regs.h"
#include "host/cli/card_sheet.h"
#include "host/cli/files.h"
#include "host/cli/progress_bar.h"

namespace vitrine::cli {
namespace {

namespace json = boost::json;
namespace flash = card::flash;
namespace image = card::image;
namespace pci = card::pci;

using Answer = Result<json::value>;
using Work = std::function<Answer(const CardArguments&, Environment&)>;

Answer fail_with(Code code, std::string text) { return Answer(code, std::move(text)); }

// What each command that only the vendor's software can do on real hardware says instead.
Status needs_xrt(const pci::PciCard& card, std::string_view what) {
  const bool has_xrt = std::filesystem::exists("/opt/xilinx/xrt");
  if (!has_xrt) {
    return {Code::kUnsupported,
            fmt::format("no XRT: {} of {} needs the Xilinx Runtime, which is not in "
                        "/opt/xilinx/xrt; install the vendor's release for this card, then use its "
                        "xbmgmt (`vitrine card image extract` gives it the parts)",
                        what, card.address)};
  }
  return {Code::kUnsupported,
          fmt::format("{} of a real card is done by XRT's xbmgmt, not by this program: `vitrine "
                      "card image extract IMAGE`, then `xbmgmt program --device {}`",
                      what, card.address)};
}

Result<UniquePkey> signer(const Environment& environment) {
  return environment.image_signer
             ? environment.image_signer()
             : Result<UniquePkey>(Code::kUnsupported, "this build cannot verify images");
}

Result<std::string> image_bytes(const std::string& path) {
  return read_file(path, image::kMaxImage);
}

// A folder, or a PCI address, which can do less.
Result<flash::SimulatedCard> simulated(const CardArguments& a, Environment& environment,
                                       std::string_view what) {
  if (pci::is_address(a.card)) {
    const auto found = pci::find_card(environment.sysfs, a.card);
    return found ? needs_xrt(*found, what) : found.status();
  }
  return flash::open_simulated_card(a.card);
}

json::object to_json(const image::Manifest& manifest) {
  return {{"version", manifest.version.text()},
          {"firmware_version", manifest.firmware_version.text()},
          {"board", manifest.board},
          {"uuid", manifest.uuid},
          {"register_map", fmt::format("{:08x}", manifest.register_map)},
          {"bitstream_bytes", manifest.bitstream.size},
          {"firmware_bytes", manifest.firmware.size}};
}

json::object to_json(const pci::PciCard& card) {
  return {{"card", card.address},
          {"kind", "pci"},
          {"device", fmt::format("{:04x}", card.device)},
          {"driver", card.driver},
          {"link", card.link_width.empty()
                       ? std::string()
                       : fmt::format("x{} at {}", card.link_width, card.link_speed)},
          {"numa_node", card.numa_node}};
}

Answer slots_of(const std::string& name, flash::SimulatedCard& card, EVP_PKEY* key) {
  flash::Slots slots(*card.flash);
  const auto states = flash::look(slots, key);
  if (!states) {
    return states.status();
  }
  json::array rows;
  for (size_t i = 0; i < states->size(); ++i) {
    const flash::SlotState& state = (*states)[i];
    rows.push_back(json::object{
        {"slot", i},
        {"boots", state.boots},
        {"sequence", state.sequence},
        {"image", state.manifest ? json::value(to_json(*state.manifest)) : json::value()},
        {"problem", state.problem}});
  }
  return json::value(json::object{
      {"card", name}, {"kind", "simulated"}, {"board", card.board}, {"slots", std::move(rows)}});
}

Answer list(const CardArguments&, Environment& environment) {
  json::array rows;
  for (const pci::PciCard& card : pci::find_cards(environment.sysfs)) {
    rows.push_back(to_json(card));
  }
  return json::value(json::object{{"cards", std::move(rows)}});
}

Answer create(const CardArguments& a, Environment&) {
  const auto made = flash::create_simulated_card(a.card, a.board, a.flash_mib << 20);
  return made ? Answer(json::value(json::object{{"card", a.card}, {"board", made->board}}))
              : Answer(made.status());
}

Answer info(const CardArguments& a, Environment& environment) {
  if (pci::is_address(a.card)) {
    const auto found = pci::find_card(environment.sysfs, a.card);
    return found ? Answer(json::value(to_json(*found))) : Answer(found.status());
  }
  auto card = flash::open_simulated_card(a.card);
  const auto key = signer(environment);
  if (!card || !key) {
    return card ? key.status() : card.status();
  }
  return slots_of(a.card, *card, key->get());
}

Answer sensors(const CardArguments& a, Environment& environment) {
  if (!pci::is_address(a.card)) {
    const auto card = flash::open_simulated_card(a.card);
    return card ? fail_with(Code::kUnsupported, a.card + " is a simulated card: it has no sensors")
                : Answer(card.status());
  }
  const auto found = pci::find_card(environment.sysfs, a.card);
  if (!found) {
    return found.status();
  }
  const auto read = pci::read_sensors(*found);
  if (!read) {
    return read.status();
  }
  json::array rows;
  for (const pci::Sensor& sensor : *read) {
    rows.push_back(
        json::object{{"name", sensor.name}, {"value", sensor.value}, {"unit", sensor.unit}});
  }
  return json::value(json::object{{"card", a.card}, {"sensors", std::move(rows)}});
}

Result<UniquePkey> private_key(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
  UniquePkey key(file ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!key) {
    return openssl_status(path + " is not a private key", Code::kMalformed);
  }
  return key;
}

Answer build(const CardArguments& a, Environment&) {
  image::Manifest manifest;
  const auto version = image::parse_version(a.version);
  const auto firmware_version =
      image::parse_version(a.firmware_version.empty() ? a.version : a.firmware_version);
  const auto bitstream = read_file(a.bitstream, image::kMaxBitstream);
  const auto firmware = read_file(a.firmware, image::kMaxFirmware);
  const auto key = private_key(a.key);
  for (const Status& status : {version.status(), firmware_version.status(), bitstream.status(),
                               firmware.status(), key.status()}) {
    if (!status) {
      return status;
    }
  }
  manifest.version = *version;
  manifest.firmware_version = *firmware_version;
  manifest.board = a.board;
  manifest.uuid = a.uuid;
  manifest.register_map = card::regs::kMapHash;
  const auto built =
      image::build_image(manifest, as_bytes(*bitstream), as_bytes(*firmware), key->get());
  if (!built) {
    return built.status();
  }
  if (Status written = write_file(a.output, as_text(*built)); !written) {
    return written;
  }
  return json::value(to_json(image::parse_image(*built)->manifest()));
}

Answer verify(const CardArguments& a, Environment& environment) {
  const auto bytes = image_bytes(a.image);
  const auto key = signer(environment);
  if (!bytes || !key) {
    return bytes ? key.status() : bytes.status();
  }
  const auto read = image::read_image(as_bytes(*bytes), key->get());
  return read ? Answer(json::value(to_json(read->manifest()))) : Answer(read.status());
}

Answer extract(const CardArguments& a, Environment& environment) {
  const auto bytes = image_bytes(a.image);
  const auto key = signer(environment);
  if (!bytes || !key) {
    return bytes ? key.status() : bytes.status();
  }
  const auto read = image::read_image(as_bytes(*bytes), key->get());
  if (!read) {
    return read.status();
  }
  const Status written =
      write_file(a.output, as_text(a.part == "firmware" ? read->firmware : read->bitstream));
  return written ? Answer(json::value(to_json(read->manifest()))) : Answer(written);
}

Answer write_flash(const CardArguments& a, Environment& environment) {
  const auto bytes = image_bytes(a.image);
  auto card = simulated(a, environment, "flashing");
  const auto key = signer(environment);
  for (const Status& status : {bytes.status(), card.status(), key.status()}) {
    if (!status) {
      return status;
    }
  }
  flash::Slots slots(*card->flash);
  ProgressBar bar(environment.err, environment.terminal);
  const auto done = flash::update(
      slots, as_bytes(*bytes), key->get(), {card->board, card::regs::kMapHash, a.allow_downgrade},
      [&bar](std::string_view stage, uint64_t now, uint64_t all) { bar.show(stage, now, all); });
  return done ? slots_of(a.card, *card, key->get()) : Answer(done.status());
}

Answer roll_back(const CardArguments& a, Environment& environment) {
  auto card = simulated(a, environment, "a rollback");
  const auto key = signer(environment);
  if (!card || !key) {
    return card ? key.status() : card.status();
  }
  const auto done = flash::Slots(*card->flash).roll_back();
  return done ? slots_of(a.card, *card, key->get()) : Answer(done.status());
}

// The slots only: the crypto lanes are tested by a card's own firmware when it starts.
Answer self_test(const CardArguments& a, Environment& environment) {
  auto card = simulated(a, environment, "a self test");
  const auto key = signer(environment);
  if (!card || !key) {
    return card ? key.status() : card.status();
  }
  auto answer = slots_of(a.card, *card, key->get());
  if (!answer) {
    return answer;
  }
  for (const json::value& slot : answer->at("slots").as_array()) {
    if (slot.at("boots").as_bool() && slot.at("problem").as_string().empty()) {
      return answer;
    }
  }
  return fail_with(Code::kInternal,
                   a.card + ": no slot holds a whole image of this vendor; flash one");
}

Answer reset(const CardArguments& a, Environment& environment) {
  auto card = simulated(a, environment, "a reset");
  if (!card) {
    return card.status();
  }
  const auto boots = flash::Slots(*card->flash).boots();
  if (!boots) {
    return boots.status();
  }
  return *boots ? Answer(json::value(json::object{{"card", a.card}, {"booted_slot", **boots}}))
                : fail_with(Code::kNotFound, a.card + " has nothing to boot; flash an image");
}

int perform(const Work& work, CardRender render, const CardArguments& arguments, bool as_json,
            Environment& environment) {
  const Answer answer = work(arguments, environment);
  if (!answer) {
    environment.err << "vitrine: " << answer.status().message() << "\n";
    return kFailed;
  }
  environment.out << (as_json ? json::serialize(*answer) + "\n"
                              : render(*answer, environment.terminal));
  environment.out.flush();
  return environment.out.good() ? kDone : kFailed;
}

}  // namespace

void add_card_commands(CLI::App& app, CardArguments& a, const bool& json,
                       std::function<void(std::function<int(Environment&)>)> use) {
  CLI::App* cards = app.add_subcommand("card", "Cards, their images and their flash");
  cards->require_subcommand(1);
  cards->fallthrough();
  cards->footer(
      "CARD is a PCI address as 0000:17:00.1, or the folder of a simulated card.\n"
      "Examples:\n"
      "  vitrine card list\n"
      "  vitrine card image verify vitrine-1.4.0-u55c.img\n"
      "  vitrine card create /tmp/card --board u55c\n"
      "  vitrine card flash /tmp/card vitrine-1.4.0-u55c.img");
  const auto add = [&a, &json, use](CLI::App& parent, const char* name, const char* text, Work work,
                                    CardRender render) {
    CLI::App* command = parent.add_subcommand(name, text);
    command->fallthrough();
    command->callback([=, &a, &json] {
      use([=, &a, &json](Environment& environment) {
        return perform(work, render, a, json, environment);
      });
    });
    return command;
  };
  const auto with_card = [&a](CLI::App* command) {
    command->add_option("card", a.card, "The card")->required();
    return command;
  };
  add(*cards, "list", "The cards of this machine", list, render_cards);
  CLI::App* make = with_card(add(*cards, "create", "Make a simulated card", create, render_made));
  make->add_option("--board", a.board, "Which board it is")->default_val("sim");
  make->add_option("--flash-mib", a.flash_mib, "Size of its flash")->check(CLI::Range(1, 1024));
  with_card(add(*cards, "info", "What a card is and holds", info, render_card));
  with_card(add(*cards, "sensors", "Temperatures, voltages, power", sensors, render_sensors));
  CLI::App* put = with_card(add(
      *cards, "flash", "Put an image into the slot that does not boot, and boot it from then on",
      write_flash, render_card));
  put->add_option("image", a.image, "The image; - for standard input")->required();
  put->add_flag("--allow-downgrade", a.allow_downgrade, "Also an older one than boots now");
  with_card(
      add(*cards, "rollback", "Boot the other slot's image from now on", roll_back, render_card));
  with_card(add(*cards, "selftest", "Whether a card would boot a whole, signed image", self_test,
                render_card));
  with_card(add(*cards, "reset", "Boot a card anew", reset, render_reset));

  CLI::App* images = cards->add_subcommand("image", "Images in files");
  images->require_subcommand(1);
  images->fallthrough();
  CLI::App* made = add(*images, "build", "Make and sign an image", build, render_image);
  made->add_option("--version", a.version, "Its version, as 1.4.0")->required();
  made->add_option("--firmware-version", a.firmware_version, "Default: the same");
  made->add_option("--board", a.board, "u50, u55c, u200, u250, u280, sim")->required();
  made->add_option("--uuid", a.uuid, "The bitstream's, 32 hexadecimal digits")->required();
  made->add_option("--bitstream", a.bitstream, "The bitstream's container (xclbin)")->required();
  made->add_option("--firmware", a.firmware, "The management core's program")->required();
  made->add_option("--key", a.key, "The signing key, of `vitrine-licence key`")->required();
  made->add_option("-o,--output", a.output, "File to write")->required();
  CLI::App* checked = add(*images, "verify", "Whether an image is whole and signed by the vendor",
                          verify, render_image);
  CLI::App* taken =
      add(*images, "extract", "Write one part of an image to a file", extract, render_image);
  for (CLI::App* command : {checked, taken}) {
    command->add_option("image", a.image, "The image; - for standard input")->required();
  }
  taken->add_option("--part", a.part, "Which")
      ->check(CLI::IsMember({"bitstream", "firmware"}))
      ->default_val("bitstream");
  taken->add_option("-o,--output", a.output, "File to write")->required();
}

}  // namespace vitrine::cli
