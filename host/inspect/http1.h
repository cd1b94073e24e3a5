// HTTP/1.0 and HTTP/1.1 (RFC 9112), both directions of one connection.
//
// The parser is Boost.Beast's basic_parser, which the management API uses as well: it is kept up
// with every Boost release, refuses what proxies disagree on (both lengths, bare line feeds), and
// hands out bodies without keeping them. (http-parser is abandoned, and Debian 12 has no llhttp for
// C.)
//
// Memory: one header section a direction (Limits::header_bytes), the open transactions.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "host/inspect/dissector.h"

namespace vitrine::inspect {

class Http1 : public Dissector {
 public:
  Http1(const Limits& limits, TransactionSink& sink, AccessJudge* judge);
  ~Http1() override;

  void feed(Side from, Bytes bytes) override;
  void end(Side from) override;
  void finish() override;
  size_t held(Side from) const override;
  std::string refusal() const override;

 private:
  template <bool is_request>
  struct Half;
  struct Open {
    Transaction transaction;
    bool request_done = false;
    bool response_done = false;
    std::string upgrade;
  };

  template <bool is_request>
  void run(Half<is_request>& half, Bytes bytes);
  template <bool is_request>
  size_t walk(Half<is_request>& half, Bytes bytes);
  bool on_head(Half<true>& half);
  bool on_head(Half<false>& half);
  void on_done(Half<true>& half);
  void on_done(Half<false>& half);
  void count(Half<true>& half, uint64_t bytes);
  void count(Half<false>& half, uint64_t bytes);
  Open* answered();  // that the response in progress belongs to
  Open& open_answer();
  void tell_finished();

  std::unique_ptr<Half<true>> requests_;
  std::unique_ptr<Half<false>> responses_;
  std::deque<Open> open_;  // oldest first
};

}  // namespace vitrine::inspect
