#include "sim/mcu/elf_file.h"

#include <cerrno>
#include <memory>

#include <fcntl.h>
#include <gelf.h>

#include "host/base/unique_fd.h"

namespace vitrine::mcu {
namespace {

struct ElfEnd {
  void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, ElfEnd>;

Status library_error(const std::string& what) {
  const char* text = elf_errmsg(-1);
  return {Code::kMalformed, "ELF: " + what + ": " + (text == nullptr ? "no reason given" : text)};
}

Status add_segments(Elf* elf, uint32_t most_bytes, ElfFile& out) {
  size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) {
    return library_error("program headers");
  }
  uint64_t total = 0;
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr) {
      return library_error("program header " + std::to_string(i));
    }
    if (header.p_type != PT_LOAD || header.p_memsz == 0) {
      continue;
    }
    total += header.p_memsz;
    if (header.p_filesz > header.p_memsz || total > most_bytes) {
      return {Code::kMalformed, "ELF: segment " + std::to_string(i) + " does not fit " +
                                    std::to_string(most_bytes) + " bytes of memory"};
    }
    ElfSegment segment{.address = static_cast<uint32_t>(header.p_paddr),
                       .bytes = {},
                       .zeros = static_cast<uint32_t>(header.p_memsz - header.p_filesz)};
    if (header.p_filesz != 0) {
      const Elf_Data* data = elf_getdata_rawchunk(elf, static_cast<int64_t>(header.p_offset),
                                                  header.p_filesz, ELF_T_BYTE);
      if (data == nullptr || data->d_size != header.p_filesz) {
        return library_error("contents of segment " + std::to_string(i));
      }
      const auto* first = static_cast<const uint8_t*>(data->d_buf);
      segment.bytes.assign(first, first + data->d_size);
    }
    out.segments.push_back(std::move(segment));
  }
  if (out.segments.empty()) {
    return {Code::kMalformed, "ELF: nothing to load; give a linked executable"};
  }
  return Status::ok();
}

void add_symbols(Elf* elf, ElfFile& out) {
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr;
       section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_SYMTAB) {
      continue;
    }
    Elf_Data* data = elf_getdata(section, nullptr);
    const size_t entry = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
    for (size_t i = 0; data != nullptr && i < data->d_size / entry; ++i) {
      GElf_Sym symbol;
      if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) {
        continue;
      }
      const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
      if (name != nullptr && *name != '\0') {
        out.symbols.emplace(name, static_cast<uint32_t>(symbol.st_value));
      }
    }
  }
}

Result<ElfFile> from_handle(Elf* elf, uint32_t most_bytes) {
  if (elf == nullptr) {
    return library_error("open");
  }
  GElf_Ehdr header;
  if (elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &header) == nullptr) {
    return Status(Code::kMalformed, "not an ELF file");
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS32 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != EM_RISCV) {
    return Status(Code::kUnsupported,
                  "ELF: not for 32-bit little-endian RISC-V; build with -march=rv32i -mabi=ilp32");
  }
  ElfFile out;
  out.entry = static_cast<uint32_t>(header.e_entry);
  if (Status status = add_segments(elf, most_bytes, out); !status) {
    return status;
  }
  add_symbols(elf, out);
  return out;
}

}  // namespace

Result<ElfFile> parse_elf(std::span<const uint8_t> bytes, uint32_t most_bytes) {
  elf_version(EV_CURRENT);
  // libelf's interface is not const, but it only reads an image that it was given.
  std::vector<char> copy(bytes.begin(), bytes.end());
  const ElfHandle elf(elf_memory(copy.data(), copy.size()));
  return from_handle(elf.get(), most_bytes);
}

Result<ElfFile> read_elf(const std::string& path, uint32_t most_bytes) {
  elf_version(EV_CURRENT);
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    return Status::from_errno(path, errno);
  }
  const ElfHandle elf(elf_begin(file.get(), ELF_C_READ, nullptr));
  Result<ElfFile> out = from_handle(elf.get(), most_bytes);
  return out ? std::move(out)
             : Result<ElfFile>(out.status().code(), path + ": " + out.status().message());
}

}  // namespace vitrine::mcu
