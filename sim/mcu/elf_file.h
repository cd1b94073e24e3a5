// An ELF file for the management core: what is to be loaded, and where its symbols are.
//
// 32-bit little-endian RISC-V executables (ELF gABI 4.1, RISC-V psABI). The file is not trusted:
// every offset is checked, and what does not hold gives an error that names it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "host/base/status.h"

namespace vitrine::mcu {

struct ElfSegment {
  uint32_t address = 0;  // physical
  std::vector<uint8_t> bytes;
  uint32_t zeros = 0;  // that follow the bytes
};

struct ElfFile {
  uint32_t entry = 0;
  std::vector<ElfSegment> segments;
  std::map<std::string, uint32_t> symbols;  // of the symbol table, where there is one
};

// A file that needs more memory than `most_bytes` is refused.
Result<ElfFile> parse_elf(std::span<const uint8_t> bytes, uint32_t most_bytes);
Result<ElfFile> read_elf(const std::string& path, uint32_t most_bytes);

}  // namespace vitrine::mcu
