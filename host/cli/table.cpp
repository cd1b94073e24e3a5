#include "host/cli/table.h"

#include <algorithm>
#include <numeric>

namespace vitrine::cli {
namespace {

constexpr size_t kGap = 2;  // columns between two columns

}  // namespace

std::vector<size_t> Table::widths(size_t limit) const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = display_width(columns_[i].title);
    for (const auto& row : rows_) {
      width = std::max(width, display_width(row[i].text));
    }
    widths.push_back(width);
  }
  const auto total = [&] {
    return std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
  };
  while (limit > 0 && total() > limit) {  // take from the widest that may shrink
    size_t widest = columns_.size();
    for (size_t i = 0; i < columns_.size(); ++i) {
      const bool shrinks = columns_[i].min_width > 0 && widths[i] > columns_[i].min_width;
      if (shrinks && (widest == columns_.size() || widths[i] > widths[widest])) {
        widest = i;
      }
    }
    if (widest == columns_.size()) {
      break;
    }
    --widths[widest];
  }
  return widths;
}

std::string Table::render_row(const std::vector<Cell>& cells, const std::vector<size_t>& widths,
                              const Terminal& terminal) const {
  std::string line;
  std::string pending;  // spaces that are written only where something follows
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string text = shorten(cells[i].text, widths[i]);
    const std::string padding(widths[i] - display_width(text), ' ');
    const bool right = columns_[i].align == Column::Align::kRight;
    if (right) {
      pending += padding;
    }
    if (!text.empty()) {
      line += pending + terminal.paint(text, cells[i].colour);
      pending.clear();
    }
    pending += (right ? "" : padding) + std::string(kGap, ' ');
  }
  return line + "\n";
}

std::string Table::render(const Terminal& terminal) const {
  const std::vector<size_t> fitted = widths(terminal.width);
  std::vector<Cell> titles;
  for (const Column& column : columns_) {
    titles.emplace_back(column.title, Colour::kBold);
  }
  std::string out = render_row(titles, fitted, terminal);
  for (const auto& row : rows_) {
    out += render_row(row, fitted, terminal);
  }
  return out;
}

}  // namespace vitrine::cli
