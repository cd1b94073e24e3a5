// A table whose columns fit their contents and, as far as they may shrink, the terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/cli/terminal.h"

namespace vitrine::cli {

struct Column {
  std::string title;
  enum class Align : uint8_t { kLeft, kRight } align = Align::kLeft;
  size_t min_width = 0;  // may shrink to this; 0: never
};

struct Cell {
  Cell(std::string cell_text, Colour cell_colour = Colour::kPlain)  // NOLINT: implicit
      : text(std::move(cell_text)), colour(cell_colour) {}
  Cell(const char* cell_text) : Cell(std::string(cell_text)) {}  // NOLINT: implicit
  std::string text;
  Colour colour;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // REQUIRES: as many cells as columns.
  void add(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  // Lines with their newlines; the title line too.
  std::string render(const Terminal& terminal) const;

 private:
  std::vector<size_t> widths(size_t limit) const;
  std::string render_row(const std::vector<Cell>& cells, const std::vector<size_t>& widths,
                         const Terminal& terminal) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace vitrine::cli
