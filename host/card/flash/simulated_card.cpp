#include "host/card/flash/simulated_card.h"

#include <cerrno>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

namespace vitrine::card::flash {

Result<SimulatedCard> create_simulated_card(const std::string& folder, const std::string& board,
                                            uint64_t flash_size) {
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
    return Status::from_errno("cannot make " + folder, errno);
  }
  auto flash = FileFlash::create(folder + "/flash", flash_size);
  if (!flash) {
    return flash.status();
  }
  std::ofstream file(folder + "/board");
  file << board << "\n";
  file.close();
  if (!file) {
    return Status(Code::kUnavailable, "cannot write " + folder + "/board");
  }
  return SimulatedCard{board, std::move(flash).value()};
}

Result<SimulatedCard> open_simulated_card(const std::string& folder) {
  std::ifstream file(folder + "/board");
  std::string board;
  if (!std::getline(file, board) || !std::filesystem::exists(folder + "/flash")) {
    return Status(Code::kNotFound,
                  folder + " is no simulated card; `vitrine card create " + folder + "` makes one");
  }
  auto flash = FileFlash::open(folder + "/flash");
  if (!flash) {
    return flash.status();
  }
  return SimulatedCard{board, std::move(flash).value()};
}

}  // namespace vitrine::card::flash
