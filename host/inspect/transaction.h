// One HTTP transaction as far as it has been seen, who is told of it, and who may forbid it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace vitrine::inspect {

// Who sent; indexes arrays of two.
enum class Side : uint8_t { kClient = 0, kServer = 1 };
constexpr Side other(Side side) { return side == Side::kClient ? Side::kServer : Side::kClient; }
constexpr size_t index(Side side) { return static_cast<size_t>(side); }

// Texts are the peers' own bytes: not UTF-8, not trusted, at most a header's size.
struct Transaction {
  uint64_t number = 0;   // in its connection, from 1, in order of requests
  std::string protocol;  // "HTTP/1.1", "HTTP/2"
  std::string method;    // empty: an answer that nobody asked for
  std::string host;      // Host or :authority, port included
  std::string target;    // path and query, or as the client wrote it
  std::string request_content_type;
  std::string response_content_type;
  std::optional<uint16_t> status;  // of the final response
  // With headers and framing: HTTP/1 everything, HTTP/2 the frames of the stream.
  uint64_t bytes_sent = 0;      // client to server
  uint64_t bytes_received = 0;  // server to client
  bool complete = false;        // both messages came to their end
  bool needs_response = false;  // its access rules wait for the response

  // "https://example.org/a?b"; empty where there was no request.
  std::string url() const;
  // `target` without query and fragment, of absolute forms the path alone.
  std::string path() const;
  // `host` without port.
  std::string host_name() const;
};

struct Judgement {
  enum class Word : uint8_t { kAllow, kNeedsResponse, kDeny };
  Word word = Word::kAllow;
  std::string rule;  // that decided; empty: the default
};

// The access rules for one connection. Called once a request and, where that asked for it, once a
// response.
class AccessJudge {
 public:
  virtual ~AccessJudge() = default;
  virtual Judgement on_request(const Transaction& transaction) = 0;
  virtual Judgement on_response(const Transaction& transaction) = 0;
  // The connection turned out to carry something else.
  virtual Judgement without_http() = 0;
};

class TransactionSink {
 public:
  virtual ~TransactionSink() = default;
  // It has ended, complete or not.
  virtual void on_transaction(const Transaction& transaction) = 0;
};

}  // namespace vitrine::inspect
