// Both ends are real: libnghttp2's sessions talk to each other, and the inspector listens.
#include "host/inspect/http2.h"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include "tests/inspect/sink.h"

namespace vitrine::inspect {
namespace {

using test::deny;
using test::feed;
using State = Inspector::State;
using Headers = std::vector<std::pair<std::string, std::string>>;

std::vector<nghttp2_nv> fields(const Headers& headers) {
  std::vector<nghttp2_nv> out;
  for (const auto& [name, value] : headers) {
    out.push_back({reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                   reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(),
                   value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  return out;
}

ssize_t read_body(nghttp2_session*, int32_t, uint8_t* out, size_t size, uint32_t* flags,
                  nghttp2_data_source* source, void*) {
  auto* body = static_cast<std::string*>(source->ptr);
  const size_t part = std::min(size, body->size());
  std::copy_n(body->begin(), part, out);
  body->erase(0, part);
  if (body->empty()) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
  }
  return static_cast<ssize_t>(part);
}

class End {
 public:
  explicit End(bool server, const std::vector<nghttp2_settings_entry>& settings = {}) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    (server ? nghttp2_session_server_new : nghttp2_session_client_new)(&session_, callbacks,
                                                                       nullptr);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  }
  ~End() { nghttp2_session_del(session_); }
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  int32_t request(const Headers& headers, std::string* body = nullptr) {
    const auto nv = fields(headers);
    const nghttp2_data_provider provider{{.ptr = body}, read_body};
    return nghttp2_submit_request(session_, nullptr, nv.data(), nv.size(),
                                  body == nullptr ? nullptr : &provider, nullptr);
  }
  void respond(int32_t stream, const Headers& headers, std::string* body = nullptr) {
    const auto nv = fields(headers);
    const nghttp2_data_provider provider{{.ptr = body}, read_body};
    nghttp2_submit_response(session_, stream, nv.data(), nv.size(),
                            body == nullptr ? nullptr : &provider);
  }
  std::string output() {
    std::string out;
    const uint8_t* data = nullptr;
    for (ssize_t n = 0; (n = nghttp2_session_mem_send(session_, &data)) > 0;) {
      out.append(reinterpret_cast<const char*>(data), static_cast<size_t>(n));
    }
    return out;
  }
  void input(std::string_view text) {
    nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(text.data()), text.size());
  }
  nghttp2_session* session() { return session_; }

 private:
  nghttp2_session* session_ = nullptr;
};

Headers get(const std::string& path) {
  return {{":method", "GET"}, {":scheme", "https"}, {":authority", "example.org"}, {":path", path}};
}

class Http2Test : public testing::Test {
 protected:
  // Until both ends are silent; the inspector hears it in pieces.
  void talk(size_t step = ~size_t{0}) {
    while (true) {
      const std::string up = client_.output();
      feed(inspector_, Side::kClient, up, step);
      server_.input(up);
      const std::string down = server_.output();
      feed(inspector_, Side::kServer, down, step);
      client_.input(down);
      if (up.empty() && down.empty()) {
        return;
      }
    }
  }

  test::Sink sink_;
  test::Judge judge_;
  End client_{false};
  End server_{true};
  Inspector inspector_{"h2", sink_, &judge_};
};

TEST_F(Http2Test, TransactionsAreToldWithAllTheirFields) {
  std::string up(50'000, 'u');
  std::string down(100'000, 'd');
  Headers post = get("/up?x");
  post[0].second = "POST";
  post.emplace_back("content-type", "application/json");
  const int32_t first = client_.request(get("/"));
  const int32_t second = client_.request(post, &up);
  talk(100);
  server_.respond(second, {{":status", "201"}, {"content-type", "text/html"}}, &down);
  server_.respond(first, {{":status", "404"}});
  talk(1000);
  EXPECT_EQ(inspector_.state(), State::kHttp) << inspector_.why();
  ASSERT_EQ(sink_.all.size(), 2U);
  const Transaction& get_seen = sink_.all[0].method == "GET" ? sink_.all[0] : sink_.all[1];
  const Transaction& post_seen = sink_.all[0].method == "GET" ? sink_.all[1] : sink_.all[0];
  EXPECT_EQ(get_seen.url(), "https://example.org/");
  EXPECT_EQ(get_seen.status, 404);
  EXPECT_EQ(post_seen.url(), "https://example.org/up?x");
  EXPECT_EQ(post_seen.protocol, "HTTP/2");
  EXPECT_EQ(post_seen.request_content_type, "application/json");
  EXPECT_EQ(post_seen.response_content_type, "text/html");
  EXPECT_EQ(post_seen.status, 201);
  EXPECT_TRUE(post_seen.complete);
  EXPECT_GE(post_seen.bytes_sent, 50'000U);
  EXPECT_LT(post_seen.bytes_sent, 50'400U);
  EXPECT_GE(post_seen.bytes_received, 100'000U);
  EXPECT_EQ(post_seen.number, 2U);
}

TEST_F(Http2Test, LargeHeadersSpanContinuations) {
  Headers headers = get("/" + std::string(30'000, 'p'));
  const int32_t stream = client_.request(headers);
  talk(17);
  server_.respond(stream, {{":status", "200"}});
  talk();
  ASSERT_EQ(sink_.all.size(), 1U) << inspector_.why();
  EXPECT_EQ(sink_.all[0].target.size(), 30'001U);
}

TEST_F(Http2Test, AResetStreamIsIncomplete) {
  const int32_t stream = client_.request(get("/slow"));
  talk();
  nghttp2_submit_rst_stream(client_.session(), NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
  talk();
  ASSERT_EQ(sink_.all.size(), 1U);
  EXPECT_FALSE(sink_.all[0].complete);
  client_.request(get("/open"));
  talk();
  inspector_.finish();
  ASSERT_EQ(sink_.all.size(), 2U);
  EXPECT_FALSE(sink_.all[1].complete);
}

TEST_F(Http2Test, TheHeaderTableFollowsTheSettings) {
  // The server allows a larger table, from the client's acknowledgement on.
  End client(false);
  End server(true, {{NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, 16384}});
  nghttp2_session_set_local_window_size(server.session(), NGHTTP2_FLAG_NONE, 0, 1 << 20);
  for (int round = 0; round < 4; ++round) {
    Headers headers = get("/" + std::to_string(round));
    for (int i = 0; i < 30; ++i) {
      headers.emplace_back("x-" + std::to_string(i),
                           std::string(300, static_cast<char>('a' + i % 26)));
    }
    const int32_t stream = client.request(headers);
    for (int i = 0; i < 3; ++i) {
      const std::string up = client.output();
      feed(inspector_, Side::kClient, up);
      server.input(up);
      const std::string down = server.output();
      feed(inspector_, Side::kServer, down);
      client.input(down);
    }
    server.respond(stream, {{":status", "200"}});
  }
  const std::string down = server.output();
  feed(inspector_, Side::kServer, down);
  EXPECT_EQ(inspector_.state(), State::kHttp) << inspector_.why();
  ASSERT_EQ(sink_.all.size(), 4U);
  EXPECT_EQ(sink_.all[3].target, "/3");
}

TEST_F(Http2Test, ARequestIsHeldUntilItIsJudged) {
  judge_.request = [](const Transaction& t) {
    return t.target == "/no" ? deny("the-rule") : Judgement{};
  };
  client_.request(get("/yes"));
  talk();
  std::string up = client_.output();
  client_.request(get("/no"));
  up = client_.output();
  const uint64_t before = inspector_.cleared(Side::kClient);
  feed(inspector_, Side::kClient, up.substr(0, up.size() - 1));
  EXPECT_EQ(inspector_.cleared(Side::kClient), before);
  EXPECT_EQ(inspector_.state(), State::kHttp);
  feed(inspector_, Side::kClient, up.substr(up.size() - 1));
  EXPECT_EQ(inspector_.state(), State::kBlocked);
  EXPECT_EQ(inspector_.rule(), "the-rule");
  EXPECT_EQ(inspector_.cleared(Side::kClient), before);
}

// The client's own library takes the page for the server's answer.
TEST_F(Http2Test, ADeniedRequestGetsAPage) {
  judge_.request = [](const Transaction& t) {
    return t.target == "/no" ? deny("the-rule") : Judgement{};
  };
  const int32_t first = client_.request(get("/yes"));
  talk();
  std::string body = "hello";
  server_.respond(first, {{":status", "200"}, {"x-filled", "the dynamic table"}}, &body);
  talk();
  const int32_t second = client_.request(get("/no"));
  feed(inspector_, Side::kClient, client_.output());
  ASSERT_EQ(inspector_.state(), State::kBlocked);
  const std::string page = inspector_.refusal();
  ASSERT_FALSE(page.empty());
  EXPECT_EQ(nghttp2_session_mem_recv(client_.session(),
                                     reinterpret_cast<const uint8_t*>(page.data()), page.size()),
            static_cast<ssize_t>(page.size()));
  EXPECT_EQ(nghttp2_session_get_last_proc_stream_id(client_.session()), 0);
  EXPECT_EQ(nghttp2_session_get_stream_remote_close(client_.session(), second), -1)
      << "answered whole, and gone";
}

TEST_F(Http2Test, NoPageFitsIntoAFrameOfTheServer) {
  judge_.request = [](const Transaction& t) {
    return t.target == "/no" ? deny("the-rule") : Judgement{};
  };
  const int32_t first = client_.request(get("/yes"));
  talk();
  std::string body(5000, 'b');
  server_.respond(first, {{":status", "200"}}, &body);
  const std::string down = server_.output();
  feed(inspector_, Side::kServer, down.substr(0, down.size() - 10));
  client_.request(get("/no"));
  feed(inspector_, Side::kClient, client_.output());
  ASSERT_EQ(inspector_.state(), State::kBlocked);
  EXPECT_EQ(inspector_.refusal(), "");
}

TEST_F(Http2Test, DataPassesAsItComes) {
  std::string body(10'000, 'b');
  Headers post = get("/");
  post[0].second = "POST";
  client_.request(post, &body);
  const std::string up = client_.output();
  feed(inspector_, Side::kClient, up.substr(0, up.size() - 100));
  EXPECT_EQ(inspector_.cleared(Side::kClient), up.size() - 100);
}

TEST_F(Http2Test, AResponseIsHeldWhereARuleAsksForItsType) {
  judge_.request = [](const Transaction&) {
    return Judgement{Judgement::Word::kNeedsResponse, ""};
  };
  judge_.response = [](const Transaction& t) {
    return t.response_content_type == "video/mp4" ? deny("no-video") : Judgement{};
  };
  const int32_t stream = client_.request(get("/"));
  talk();
  std::string video = "xx";
  server_.respond(stream, {{":status", "200"}, {"content-type", "video/mp4"}}, &video);
  feed(inspector_, Side::kServer, server_.output());
  EXPECT_EQ(inspector_.state(), State::kBlocked);
}

std::string frame(uint8_t type, uint8_t flags, uint32_t stream, const std::string& payload) {
  std::string out = {static_cast<char>(payload.size() >> 16),
                     static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size()),
                     static_cast<char>(type), static_cast<char>(flags)};
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += static_cast<char>(stream >> shift);
  }
  return out + payload;
}

TEST_F(Http2Test, WhatIsNotValidStopsIt) {
  const std::string preface(kHttp2Preface);
  const std::string headers = frame(1, 4, 1, "\x82\x86\x84");
  for (const std::string& bad : {
           std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),       // another preface
           preface + frame(1, 4, 0, "\x82"),                       // stream 0
           preface + frame(1, 4, 1, "\xff\xff\xff\xff\xff\xff"),   // not HPACK
           preface + frame(1, 8, 1, "\x7f"),                       // more padding than payload
           preface + frame(9, 4, 1, "\x82"),                       // CONTINUATION of nothing
           preface + frame(1, 0, 1, "\x82") + frame(0, 0, 1, ""),  // a block cut by DATA
           preface + frame(1, 0, 1, "\x82") + frame(9, 4, 3, ""),  // or by another stream's
           preface + frame(1, 4, 1, std::string(70'000, '\x82')),  // too long
       }) {
    Inspector inspector("h2", sink_, nullptr);
    feed(inspector, Side::kClient, bad);
    EXPECT_EQ(inspector.state(), State::kStopped) << bad.substr(preface.size(), 20);
  }
  Inspector good("h2", sink_, nullptr);
  feed(good, Side::kClient, preface + headers);
  EXPECT_EQ(good.state(), State::kHttp);
}

TEST_F(Http2Test, ABlockThatDecodesToTooMuchStopsIt) {
  // One large entry in the table, then an index of it again and again.
  std::string block = "\x82\x86\x84";
  block += std::string("\x40\x01x\x7f\xa1\x0f", 6) + std::string(2080, 'v');
  block += std::string(1000, '\xbe');
  Inspector inspector("h2", sink_, nullptr);
  feed(inspector, Side::kClient, std::string(kHttp2Preface) + frame(1, 4, 1, block));
  EXPECT_EQ(inspector.state(), State::kStopped);
  EXPECT_NE(inspector.why().find("decodes to too much"), std::string::npos) << inspector.why();
}

TEST_F(Http2Test, StreamsAndContinuationsAreBounded) {
  Inspector inspector("h2", sink_, nullptr);
  feed(inspector, Side::kClient, kHttp2Preface);
  for (uint32_t i = 0; i <= Limits().open_transactions; ++i) {
    feed(inspector, Side::kClient, frame(1, 5, 2 * i + 1, "\x82\x86\x84"));
  }
  EXPECT_EQ(inspector.state(), State::kStopped);
  Inspector endless("h2", sink_, nullptr);
  feed(endless, Side::kClient, std::string(kHttp2Preface) + frame(1, 0, 1, "\x82"));
  for (int i = 0; i < 50'000 && endless.state() == State::kHttp; ++i) {
    feed(endless, Side::kClient, frame(9, 0, 1, ""));
  }
  EXPECT_EQ(endless.state(), State::kStopped) << "empty CONTINUATIONs for ever";
}

}  // namespace
}  // namespace vitrine::inspect
