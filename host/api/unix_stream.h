// A connected Unix stream socket with a deadline, in the shape of Asio's synchronous streams
// (SyncReadStream, SyncWriteStream), so that Beast reads and writes messages on it.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include "host/base/status.h"
#include "host/base/unique_fd.h"

namespace vitrine::api {

class UnixStream {
 public:
  using Clock = std::chrono::steady_clock;

  static Result<UnixStream> connect(const std::string& path);

  // Reads and writes fail with timed_out after it; nullopt: never.
  void set_deadline(std::optional<Clock::time_point> deadline) { deadline_ = deadline; }

  template <typename MutableBuffers>
  size_t read_some(const MutableBuffers& buffers, boost::system::error_code& error) {
    const auto buffer = first<boost::asio::mutable_buffer>(
        boost::asio::buffer_sequence_begin(buffers), boost::asio::buffer_sequence_end(buffers));
    return receive(buffer, error);
  }
  template <typename ConstBuffers>
  size_t write_some(const ConstBuffers& buffers, boost::system::error_code& error) {
    const auto buffer = first<boost::asio::const_buffer>(
        boost::asio::buffer_sequence_begin(buffers), boost::asio::buffer_sequence_end(buffers));
    return send(buffer, error);
  }

  // The throwing forms are part of the stream requirements; nothing here calls them.
  template <typename MutableBuffers>
  size_t read_some(const MutableBuffers& buffers) {
    boost::system::error_code error;
    const size_t n = read_some(buffers, error);
    if (error) {
      throw boost::system::system_error(error);
    }
    return n;
  }
  template <typename ConstBuffers>
  size_t write_some(const ConstBuffers& buffers) {
    boost::system::error_code error;
    const size_t n = write_some(buffers, error);
    if (error) {
      throw boost::system::system_error(error);
    }
    return n;
  }

 private:
  explicit UnixStream(UniqueFd fd) : fd_(std::move(fd)) {}

  // The first buffer that is not empty.
  template <typename Buffer, typename Iterator>
  static Buffer first(Iterator begin, Iterator end) {
    for (; begin != end; ++begin) {
      if (const Buffer buffer(*begin); buffer.size() > 0) {
        return buffer;
      }
    }
    return {};
  }
  bool wait_for(short events, boost::system::error_code& error) const;
  size_t receive(boost::asio::mutable_buffer buffer, boost::system::error_code& error);
  size_t send(boost::asio::const_buffer buffer, boost::system::error_code& error);

  UniqueFd fd_;
  std::optional<Clock::time_point> deadline_;
};

}  // namespace vitrine::api
