// A thin owner of SQLite connections and statements: Status in place of codes, closed when they go.
// One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "host/base/status.h"

namespace vitrine::events {

struct SqliteClose {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct SqliteFinalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using SqliteHandle = std::unique_ptr<sqlite3, SqliteClose>;

class Statement {
 public:
  Statement() = default;

  // Texts are copied. Indexes count from 1.
  void bind(int index, std::string_view text);
  void bind(int index, int64_t number);
  // True: a row is there. False: done. After either an error or done, reset() before the next run.
  Result<bool> step();
  void reset();
  std::string_view text(int column) const;  // valid until step() or reset()
  int64_t number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

 private:
  friend class Database;
  std::unique_ptr<sqlite3_stmt, SqliteFinalize> statement_;
};

class Database {
 public:
  // Creates the file (mode 0640) where it is missing.
  static Result<Database> open(const std::string& path);

  Status execute(const char* sql);
  Result<Statement> prepare(std::string_view sql) const;

 private:
  SqliteHandle handle_;
};

}  // namespace vitrine::events
