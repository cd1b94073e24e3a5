#include "host/inspect/http1.h"

#include <gtest/gtest.h>

#include "tests/inspect/sink.h"

namespace vitrine::inspect {
namespace {

using test::deny;
using test::feed;
using State = Inspector::State;

constexpr std::string_view kGet = "GET /a?b=c HTTP/1.1\r\nHost: example.org:8443\r\n\r\n";
constexpr std::string_view kOk =
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello";

class Http1Test : public testing::Test {
 protected:
  test::Sink sink_;
  test::Judge judge_;
  Inspector inspector_{"http/1.1", sink_, nullptr};
  Inspector strict_{"http/1.1", sink_, &judge_};
};

TEST_F(Http1Test, ATransactionIsToldWithAllItsFields) {
  for (const size_t step : {size_t{1}, size_t{7}, size_t{10'000}}) {
    Inspector inspector("http/1.1", sink_, nullptr);
    const std::string_view post =
        "POST /up HTTP/1.1\r\nHost: example.org\r\nContent-Type: application/json\r\n"
        "Content-Length: 4\r\n\r\nbody";
    feed(inspector, Side::kClient, post, step);
    feed(inspector, Side::kServer, kOk, step);
    ASSERT_EQ(sink_.all.size(), 1U) << step;
    const Transaction& t = sink_.all[0];
    EXPECT_EQ(t.number, 1U);
    EXPECT_EQ(t.protocol, "HTTP/1.1");
    EXPECT_EQ(t.method, "POST");
    EXPECT_EQ(t.url(), "https://example.org/up");
    EXPECT_EQ(t.request_content_type, "application/json");
    EXPECT_EQ(t.response_content_type, "text/html");
    EXPECT_EQ(t.status, 200);
    EXPECT_EQ(t.bytes_sent, post.size());
    EXPECT_EQ(t.bytes_received, kOk.size());
    EXPECT_TRUE(t.complete);
    sink_.all.clear();
  }
}

TEST_F(Http1Test, PipelinedRequestsMeetTheirAnswers) {
  feed(inspector_, Side::kClient,
       std::string(kGet) + "HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n" +
           "DELETE /d HTTP/1.1\r\nHost: x\r\n\r\n");
  feed(inspector_, Side::kServer,
       "HTTP/1.1 100 Continue\r\n\r\n" + std::string(kOk) +
           "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"  // to HEAD: no body
           "HTTP/1.1 204 No Content\r\n\r\n",
       3);
  ASSERT_EQ(sink_.all.size(), 3U);
  EXPECT_EQ(sink_.all[0].method, "GET");
  EXPECT_EQ(sink_.all[0].url(), "https://example.org:8443/a?b=c");
  EXPECT_EQ(sink_.all[0].path(), "/a");
  EXPECT_EQ(sink_.all[0].host_name(), "example.org");
  EXPECT_EQ(sink_.all[0].bytes_received, kOk.size() + 25) << "with the interim response";
  EXPECT_EQ(sink_.all[1].method, "HEAD");
  EXPECT_EQ(sink_.all[2].status, 204);
  EXPECT_EQ(sink_.all[2].number, 3U);
}

TEST_F(Http1Test, ChunkedBodiesAndBodiesUntilTheEndAreCounted) {
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n";
  feed(inspector_, Side::kClient, std::string(kGet) + std::string(kGet));
  feed(inspector_, Side::kServer, chunked, 4);
  ASSERT_EQ(sink_.all.size(), 1U);
  EXPECT_EQ(sink_.all[0].bytes_received, chunked.size());
  feed(inspector_, Side::kServer, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
  EXPECT_EQ(sink_.all.size(), 1U);
  inspector_.end(Side::kServer);
  ASSERT_EQ(sink_.all.size(), 2U);
  EXPECT_TRUE(sink_.all[1].complete);
}

TEST_F(Http1Test, WhatIsOpenAtTheEndIsToldAsIncomplete) {
  feed(inspector_, Side::kClient, kGet);
  feed(inspector_, Side::kServer, kOk.substr(0, kOk.size() - 1));
  inspector_.finish();
  inspector_.finish();
  ASSERT_EQ(sink_.all.size(), 1U);
  EXPECT_FALSE(sink_.all[0].complete);
  EXPECT_EQ(sink_.all[0].status, 200);
}

TEST_F(Http1Test, WhatProxiesReadDifferentlyStopsIt) {
  for (const std::string_view bad : {
           "GET / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
           "GET / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
           "GET / HTTP/1.1\nHost: x\n\n",
           "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
           "GET / HTTP/9.9\r\n\r\n",
           "GET /a b HTTP/1.1\r\n\r\n",
       }) {
    Inspector inspector("http/1.1", sink_, nullptr);
    feed(inspector, Side::kClient, bad);
    EXPECT_EQ(inspector.state(), State::kStopped) << bad;
    EXPECT_EQ(inspector.cleared(Side::kClient), bad.size()) << "but nothing is held back";
  }
  EXPECT_TRUE(sink_.all.empty());
}

TEST_F(Http1Test, HeadersAreBounded) {
  feed(inspector_, Side::kClient, "GET / HTTP/1.1\r\nX: " + std::string(70'000, 'x'), 1000);
  EXPECT_EQ(inspector_.state(), State::kStopped);
  Inspector many("http/1.1", sink_, nullptr);
  for (size_t i = 0; i <= Limits().open_transactions; ++i) {
    feed(many, Side::kClient, kGet);
  }
  EXPECT_EQ(many.state(), State::kStopped);
}

TEST_F(Http1Test, AWebSocketIsATunnel) {
  feed(inspector_, Side::kClient, "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
  feed(inspector_, Side::kServer,
       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x01x");
  EXPECT_EQ(inspector_.state(), State::kTunnel);
  feed(inspector_, Side::kClient, "anything");
  ASSERT_EQ(sink_.all.size(), 1U);
  EXPECT_EQ(sink_.all[0].status, 101);
}

TEST_F(Http1Test, ARequestIsHeldUntilItsHeadIsJudged) {
  judge_.request = [](const Transaction& t) {
    return t.method == "PUT" ? deny("no-uploads") : Judgement{};
  };
  feed(strict_, Side::kClient, kGet.substr(0, 30));
  EXPECT_EQ(strict_.cleared(Side::kClient), 0U);
  feed(strict_, Side::kClient, kGet.substr(30));
  EXPECT_EQ(strict_.cleared(Side::kClient), kGet.size());
  feed(strict_, Side::kClient, "PUT /x HTTP/1.1\r\nHost: y\r\n");
  EXPECT_EQ(strict_.cleared(Side::kClient), kGet.size());
  feed(strict_, Side::kClient, "\r\n");
  EXPECT_EQ(strict_.state(), State::kBlocked);
  EXPECT_EQ(strict_.rule(), "no-uploads");
  EXPECT_EQ(strict_.blocked().url(), "https://y/x");
  EXPECT_EQ(strict_.cleared(Side::kClient), kGet.size());
  EXPECT_EQ(strict_.refusal(), "") << "the first answer is still owed";
}

TEST_F(Http1Test, ADeniedRequestGetsAPageWhereNoAnswerIsOwed) {
  judge_.request = [](const Transaction&) { return deny("<no&>"); };
  feed(strict_, Side::kClient, kGet);
  const std::string page = strict_.refusal();
  EXPECT_TRUE(page.starts_with("HTTP/1.1 403 Forbidden\r\n")) << page;
  EXPECT_NE(page.find("&lt;no&amp;>"), std::string::npos) << page;
}

TEST_F(Http1Test, ABodyPassesAsItComes) {
  const std::string_view head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n";
  feed(strict_, Side::kClient, std::string(head) + "12345");
  EXPECT_EQ(strict_.cleared(Side::kClient), head.size() + 5);
  feed(strict_, Side::kClient, "67890GET");
  EXPECT_EQ(strict_.cleared(Side::kClient), head.size() + 10);
}

TEST_F(Http1Test, AResponseIsHeldWhereARuleAsksForItsType) {
  judge_.request = [](const Transaction&) {
    return Judgement{Judgement::Word::kNeedsResponse, ""};
  };
  judge_.response = [](const Transaction& t) {
    return t.response_content_type == "application/x-msdownload" ? deny("no-programs")
                                                                 : Judgement{};
  };
  feed(strict_, Side::kClient, std::string(kGet) + std::string(kGet));
  EXPECT_EQ(strict_.cleared(Side::kClient), 2 * kGet.size());
  feed(strict_, Side::kServer, kOk.substr(0, 20));
  EXPECT_EQ(strict_.cleared(Side::kServer), 0U);
  feed(strict_, Side::kServer, kOk.substr(20));
  EXPECT_EQ(strict_.cleared(Side::kServer), kOk.size());
  feed(strict_, Side::kServer,
       "HTTP/1.1 200 OK\r\nContent-Type: application/x-msdownload\r\nContent-Length: 1\r\n\r\nM");
  EXPECT_EQ(strict_.state(), State::kBlocked);
}

TEST_F(Http1Test, UnderRulesNothingButAWebSocketLeavesHttp) {
  feed(strict_, Side::kClient, "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n\r\n");
  feed(strict_, Side::kServer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n");
  EXPECT_EQ(strict_.state(), State::kStopped);
  EXPECT_EQ(strict_.cleared(Side::kServer), 0U);
}

}  // namespace
}  // namespace vitrine::inspect
