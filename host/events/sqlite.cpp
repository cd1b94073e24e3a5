#include "host/events/sqlite.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>

#include "host/base/unique_fd.h"

namespace vitrine::events {
namespace {

constexpr int kBusyTimeoutMs = 2000;

Status status_from(sqlite3* db, int result) {
  const Code code = [&] {
    switch (result & 0xff) {
      case SQLITE_CORRUPT:
      case SQLITE_NOTADB:
        return Code::kMalformed;
      case SQLITE_FULL:
        return Code::kExhausted;
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        return Code::kUnavailable;
      case SQLITE_PERM:
      case SQLITE_READONLY:
      case SQLITE_CANTOPEN:
        return Code::kPermission;
      default:
        return Code::kInternal;
    }
  }();
  const char* file = sqlite3_db_filename(db, "main");
  return {code, fmt::format("{}: {}", file != nullptr ? file : "database", sqlite3_errmsg(db))};
}

}  // namespace

void Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
}

void Statement::bind(int index, int64_t number) {
  sqlite3_bind_int64(statement_.get(), index, number);
}

Result<bool> Statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW || result == SQLITE_DONE) {
    return result == SQLITE_ROW;
  }
  return status_from(sqlite3_db_handle(statement_.get()), result);
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) {
    return {};
  }
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<Database> Database::open(const std::string& path) {
  {  // made here, for SQLite would make it readable to all
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!file.valid()) {
      return Status::from_errno(path, errno);
    }
  }
  sqlite3* raw = nullptr;
  const int result =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database;
  database.handle_.reset(raw);
  if (result != SQLITE_OK) {
    return raw == nullptr ? Status(Code::kInternal, path + ": out of memory")
                          : status_from(raw, result);
  }
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  return database;
}

Status Database::execute(const char* sql) {
  const int result = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? Status::ok() : status_from(handle_.get(), result);
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* raw = nullptr;
  const int result = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (result != SQLITE_OK) {
    return status_from(handle_.get(), result);
  }
  Statement statement;
  statement.statement_.reset(raw);
  return statement;
}

}  // namespace vitrine::events
