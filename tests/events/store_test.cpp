#include "host/events/store.h"

#include <algorithm>
#include <filesystem>
#include <numeric>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/events/sample.h"
#include "tests/events/temporary_folder.h"

namespace vitrine::events {
namespace {

namespace fs = std::filesystem;

class StoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<EventStore> open(uint64_t max_events = 1000) {
    auto store = EventStore::open(path_, max_events);
    EXPECT_TRUE(store) << store.status().to_string();
    return store ? std::move(store).value() : nullptr;
  }
  // Appends the event with the id, after changing it.
  template <typename Change>
  void add(EventStore& store, EventId id, Event event, Change change) {
    event.id = id;
    change(event);
    const std::shared_ptr<const Event> one[] = {std::make_shared<const Event>(std::move(event))};
    ASSERT_TRUE(store.append(one));
  }
  void add(EventStore& store, EventId id) {
    add(store, id, refused_event(), [](Event&) {});
  }
  static std::vector<EventId> ids(const Result<std::vector<Event>>& events) {
    EXPECT_TRUE(events) << events.status().to_string();
    std::vector<EventId> out;
    for (const Event& event : *events) {
      out.push_back(event.id);
    }
    return out;
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("events.db");
};

using Ids = std::vector<EventId>;

TEST_F(StoreTest, EventIsFoundAgainAfterReopening) {
  {
    auto store = open();
    add(*store, 5);
    EXPECT_EQ(store->count(), 1U);
  }
  auto store = open();
  EXPECT_EQ(store->count(), 1U);
  EXPECT_EQ(store->last_id(), 5U);
  const auto event = store->get(5);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->transaction.bytes_sent, 179U);
  EXPECT_EQ(event->destination.host, "www.example.org");
  EXPECT_EQ(store->get(6).status().code(), Code::kNotFound);
}

TEST_F(StoreTest, OldestArePrunedAndTheBoundHoldsAfterReopening) {
  {
    auto store = open(3);
    for (EventId id = 1; id <= 5; ++id) {
      add(*store, id);
    }
    EXPECT_EQ(store->count(), 3U);
    EXPECT_EQ(ids(store->query({})), (Ids{3, 4, 5}));
  }
  auto store = open(2);  // the bound was lowered: the next append brings it down
  add(*store, 9);
  EXPECT_EQ(ids(store->query({})), (Ids{5, 9}));
}

EventQuery where(std::string_view field, const std::string& value) {
  EventQuery query;
  query.fields.push_back({FieldName::parse(field).value(), value});
  return query;
}

// Every field of the table: store and follower must agree, whatever its kind.
TEST_F(StoreTest, AnyFieldFiltersAsTheFollowerDoes) {
  auto store = open();
  Event full = refused_event();
  uint64_t number = 0;
  for (const Field& field : fields()) {
    ++number;
    const FieldRef ref = field.ref(full);
    if (auto* const* text = std::get_if<std::string*>(&ref)) {
      **text = "it's \"" + std::to_string(number);
    } else if (auto* const* count = std::get_if<std::optional<uint64_t>*>(&ref)) {
      **count = number;
    } else if (auto* const* answer = std::get_if<std::optional<bool>*>(&ref)) {
      **answer = number % 2 == 0;
    }
  }
  add(*store, 1, full, [](Event&) {});
  add(*store, 2, Event{}, [](Event&) {});
  const Event stored_full = store->get(1).value();
  const Event stored_empty = store->get(2).value();
  for (const Field& field : fields()) {
    const std::string name = std::string(field.group) + "." + std::string(field.name);
    for (const Event* wanted : {&stored_full, &stored_empty}) {
      const EventQuery query = where(name, text_of(*wanted, field));
      Ids expected;
      for (const Event* event : {&stored_full, &stored_empty}) {
        if (query.matches(*event)) {
          expected.push_back(event->id);
        }
      }
      EXPECT_EQ(ids(store->query(query)), expected) << name;
      EXPECT_NE(std::find(expected.begin(), expected.end(), wanted->id), expected.end()) << name;
    }
    EXPECT_EQ(ids(store->query(where(name, "nobody's"))), Ids{}) << name;
  }
  EXPECT_EQ(ids(store->query(where("type", "tls_abort"))), (Ids{1}));
}

TEST_F(StoreTest, CountsAreByAnyFieldTheMostFrequentFirst) {
  auto store = open();
  for (EventId id = 1; id <= 6; ++id) {
    add(*store, id, refused_event(), [id](Event& event) {
      event.source.user = id <= 3 ? "ada" : id <= 5 ? "bob" : "";
      event.tls.decrypted_flow = id == 1;
    });
  }
  const auto pairs = [&](const EventQuery& query, std::string_view by) {
    std::vector<std::pair<std::string, uint64_t>> out;
    const auto counts = store->count_by(query, FieldName::parse(by).value());
    for (const ValueCount& count : counts.value()) {
      out.emplace_back(count.value, count.events);
    }
    return out;
  };
  using Pairs = std::vector<std::pair<std::string, uint64_t>>;
  EXPECT_EQ(pairs({}, "source.user"), (Pairs{{"ada", 3}, {"bob", 2}, {"", 1}}));
  EXPECT_EQ(pairs(where("source.user", "ada"), "tls.decrypted_flow"),
            (Pairs{{"No", 2}, {"Yes", 1}}));
  EventQuery one;
  one.limit = 1;
  EXPECT_EQ(pairs(one, "type"), (Pairs{{"tls_abort", 6}}));
}

TEST_F(StoreTest, ARowThatIsNoEventDoesNotHideTheOthers) {
  auto store = open();
  add(*store, 1, refused_event(), [](Event&) {});
  add(*store, 2, refused_event(), [](Event& event) { event.source.user = "ada"; });
  ASSERT_TRUE(Database::open(path_).value().execute("UPDATE events SET body = '{' WHERE id = 1"));
  EXPECT_EQ(ids(store->query(where("source.user", "ada"))), (Ids{2}));
  const auto counts = store->count_by({}, FieldName::parse("source.user").value());
  ASSERT_TRUE(counts) << counts.status().to_string();
  EXPECT_EQ(counts->size(), 2U);
}

TEST_F(StoreTest, AFieldThatIsNotThereIsNamedWithThoseThatAre) {
  EXPECT_NE(FieldName::parse("source.usr").status().message().find("source.user"),
            std::string::npos);
  EXPECT_NE(FieldName::parse("alpn").status().message().find("inspection.alpn"), std::string::npos);
  EXPECT_FALSE(FieldName::parse("x' OR 1 --"));
}

TEST_F(StoreTest, BatchLargerThanTheBoundKeepsTheNewest) {
  auto store = open(2);
  std::vector<std::shared_ptr<const Event>> batch;
  for (EventId id = 1; id <= 5; ++id) {
    auto event = std::make_shared<Event>(refused_event());
    event->id = id;
    batch.push_back(event);
  }
  ASSERT_TRUE(store->append(batch));
  EXPECT_EQ(ids(store->query({})), (Ids{4, 5}));
}

TEST_F(StoreTest, FiltersSelectAndCombine) {
  auto store = open();
  add(*store, 1);
  add(*store, 2, untrusted_event(), [](Event&) {});
  add(*store, 3, refused_event(), [](Event& e) { e.type = EventType::kTlsClosed; });
  add(*store, 4, refused_event(), [](Event& e) { e.destination.host = "other.example"; });
  EventQuery query;
  query.type = EventType::kTlsAbort;
  EXPECT_EQ(ids(store->query(query)), (Ids{1, 2, 4}));
  query.host = "www.example.org";
  EXPECT_EQ(ids(store->query(query)), (Ids{1}));
  query = {};
  query.cause = Cause::kCertificateSelfSigned;
  EXPECT_EQ(ids(store->query(query)), (Ids{2}));
  query = {};
  query.source_ip = "2001:db8::10";
  EXPECT_EQ(ids(store->query(query)), (Ids{2}));
  query = {};
  query.destination_ip = "198.51.100.7";
  EXPECT_EQ(ids(store->query(query)), (Ids{1, 3, 4}));
  query = {};
  query.after_id = 2;
  EXPECT_EQ(ids(store->query(query)), (Ids{3, 4}));
  query = {};
  query.since_ms = kSampleTime + 1;
  EXPECT_EQ(ids(store->query(query)), (Ids{2}));
}

TEST_F(StoreTest, MatchesSaysWhatTheStoreSays) {
  auto store = open();
  add(*store, 1);
  add(*store, 2, untrusted_event(), [](Event&) {});
  std::vector<EventQuery> queries(7);
  queries[1].type = EventType::kTlsClosed;
  queries[2].cause = Cause::kCertificateSelfSigned;
  queries[3].source_ip = "192.0.2.10";
  queries[4].host = "www.example.org";
  queries[5].after_id = 1;
  queries[6].since_ms = kSampleTime + 1;
  for (const EventQuery& query : queries) {
    const Ids found = ids(store->query(query));
    for (EventId id = 1; id <= 2; ++id) {
      const bool stored = std::find(found.begin(), found.end(), id) != found.end();
      EXPECT_EQ(query.matches(*store->get(id)), stored);
    }
  }
}

TEST_F(StoreTest, LimitKeepsTheNewestInOrder) {
  auto store = open();
  for (EventId id = 1; id <= 5; ++id) {
    add(*store, id);
  }
  EventQuery query;
  query.limit = 2;
  EXPECT_EQ(ids(store->query(query)), (Ids{4, 5}));
  query.limit = 0;
  EXPECT_EQ(ids(store->query(query)), Ids{});
}

TEST_F(StoreTest, QuotesInFiltersAreNoSql) {
  auto store = open();
  add(*store, 1);
  EventQuery query;
  query.host = "' OR 1=1 --";
  EXPECT_EQ(ids(store->query(query)), Ids{});
}

TEST_F(StoreTest, BatchIsAllOrNone) {
  auto store = open();
  add(*store, 2);
  auto first = std::make_shared<Event>(refused_event());
  first->id = 1;
  auto duplicate = std::make_shared<Event>(refused_event());
  duplicate->id = 2;
  const std::shared_ptr<const Event> batch[] = {first, duplicate};
  EXPECT_FALSE(store->append(batch));
  EXPECT_EQ(ids(store->query({})), (Ids{2}));
  EXPECT_EQ(store->count(), 1U);
  add(*store, 3);  // and it goes on working
  EXPECT_EQ(store->count(), 2U);
}

TEST_F(StoreTest, GarbageFileIsSetAsideAndANewOneBegun) {
  write_contents(path_, std::string(10'000, 'x'));
  EXPECT_EQ(EventStore::open(path_, 10).status().code(), Code::kMalformed);
  std::string set_aside;
  auto store = EventStore::open_or_replace(path_, 10, set_aside);
  ASSERT_TRUE(store) << store.status().to_string();
  EXPECT_FALSE(set_aside.empty());
  EXPECT_EQ(contents_of(path_ + ".damaged"), std::string(10'000, 'x'));
  add(**store, 1);
  EXPECT_EQ((*store)->count(), 1U);
}

TEST_F(StoreTest, TruncatedFileIsNoticed) {
  {
    auto store = open();
    for (EventId id = 1; id <= 200; ++id) {
      add(*store, id);
    }
  }
  fs::resize_file(path_, fs::file_size(path_) / 2);
  std::string set_aside;
  auto store = EventStore::open_or_replace(path_, 10, set_aside);
  ASSERT_TRUE(store) << store.status().to_string();
  EXPECT_FALSE(set_aside.empty());
  EXPECT_EQ((*store)->count(), 0U);
}

TEST_F(StoreTest, WholeFileIsNotSetAside) {
  open();
  std::string set_aside = "?";
  ASSERT_TRUE(EventStore::open_or_replace(path_, 10, set_aside));
  EXPECT_EQ(set_aside, "");
  EXPECT_FALSE(fs::exists(path_ + ".damaged"));
}

TEST_F(StoreTest, FileOfALaterVersionIsLeftAlone) {
  {
    auto database = Database::open(path_);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->execute("PRAGMA user_version = 99"));
  }
  std::string set_aside;
  const auto store = EventStore::open_or_replace(path_, 10, set_aside);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.status().code(), Code::kUnsupported);
  EXPECT_FALSE(fs::exists(path_ + ".damaged"));
}

TEST_F(StoreTest, RowThatDoesNotParseIsLeftOut) {
  auto store = open();
  add(*store, 1);
  add(*store, 2);
  {
    auto database = Database::open(path_);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->execute("UPDATE events SET body = '{\"id\":1,' WHERE id = 1"));
  }
  EXPECT_EQ(ids(store->query({})), (Ids{2}));
  EXPECT_EQ(store->get(1).status().code(), Code::kMalformed);
  EXPECT_TRUE(store->get(2));
}

TEST_F(StoreTest, IsNotReadableByOthers) {
  open();
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07, 0U);
}

}  // namespace
}  // namespace vitrine::events
