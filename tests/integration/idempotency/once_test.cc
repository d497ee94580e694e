// One effect and one answer for each key, on a real database.
#include "platform/idempotency/once.h"

#include "platform/crypto/hash.h"
#include "platform/rpc/errors.h"
#include "tests/support/database.h"
#include "tests/support/loop.h"

#include "toy.pb.h"

#include <google/protobuf/wrappers.pb.h>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <vector>

namespace tamarack::idempotency {
namespace {

namespace asio = boost::asio;
using google::protobuf::BytesValue;
using google::protobuf::StringValue;

std::span<const pg::Migration> Schema() {
  static const auto& sql = *new std::string([] {
    std::string all = "CREATE TABLE kite (name text NOT NULL);";
    for (const char* name : {"schema_v1.sql", "schema_v2.sql"}) {
      std::ifstream file(std::string(TAMARACK_SOURCE_DIR "/platform/idempotency/") + name);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
  }());
  static const auto& sha256 = *new std::string(crypto::Sha256Hex(sql));
  static const pg::Migration migrations[] = {{1, "0001_kite", sql.c_str(), sha256.c_str()}};
  return migrations;
}

constexpr pg::Statement kInsertKite{"kite.insert", "INSERT INTO kite (name) VALUES ($1)"};

StringValue Named(const std::string& name) {
  StringValue request;
  request.set_value(name);
  return request;
}

rpc::Context Call(const std::string& key, const std::string& service = "s1") {
  rpc::Context context;
  context.idempotency_key = key;
  context.principal.client_id = "c1";
  context.principal.service_id = service;
  return context;
}

bool IsReplayed(const rpc::Context& context) {
  for (const auto& [name, value] : context.http.headers()) {
    if (name == "idempotent-replayed") return value == "true";
  }
  return false;
}

struct Fixture {
  testing::Loop loop;
  testing::Database database{Schema()};
  pg::Pool pool{loop.executor(), database.dsn(), 4};
  crypto::Sealer sealer = *crypto::Sealer::FromSecret(std::string(32, 'k'), "test");
  Once once{pool, sealer};
  int made = 0;

  // Makes a kite and answers with its number.
  Async<StringValue> Make(rpc::Context& context, const google::protobuf::Message& request) {
    co_return co_await once.Run<StringValue>(
        context, request, [&](pg::Tx& tx) -> Async<StringValue> {
          CO_RETURN_IF_ERROR((co_await tx.Query(kInsertKite, "red")).status());
          co_return Named("kite " + std::to_string(++made));
        });
  }
  absl::StatusOr<StringValue> Ask(rpc::Context context, const google::protobuf::Message& request,
                                  bool* is_replayed = nullptr) {
    auto answer = loop.Await(Make(context, request));
    if (is_replayed != nullptr) *is_replayed = IsReplayed(context);
    return answer;
  }
  std::string Kites() { return database.Execute("SELECT count(*) FROM kite"); }
};

TEST_CASE_METHOD(Fixture, "a key has its effect once and gets the first answer again",
                 "[idempotency]") {
  bool is_replayed = true;
  CHECK(Ask(Call("k"), Named("a"), &is_replayed)->value() == "kite 1");
  CHECK_FALSE(is_replayed);
  CHECK(Ask(Call("k"), Named("a"), &is_replayed)->value() == "kite 1");
  CHECK(is_replayed);
  CHECK(Kites() == "1");
}

TEST_CASE_METHOD(Fixture, "a key belongs to its caller and its method", "[idempotency]") {
  BytesValue other_method;
  other_method.set_value("a");
  CHECK(Ask(Call("k"), Named("a"))->value() == "kite 1");
  CHECK(Ask(Call("k", "s2"), Named("a"))->value() == "kite 2");
  CHECK(Ask(Call("k", ""), Named("a"))->value() == "kite 3");
  CHECK(Ask(Call("k"), other_method)->value() == "kite 4");
  CHECK(Kites() == "4");
}

TEST_CASE_METHOD(Fixture, "a key used in a sandbox is another than the same key used live",
                 "[idempotency]") {
  auto in_mode = [](const std::string& mode, const std::string& service = "s1") {
    auto context = Call("k", service);
    context.principal.mode = mode;
    return context;
  };
  bool is_replayed = true;
  CHECK(Ask(in_mode("sandbox"), Named("a"))->value() == "kite 1");
  CHECK(Ask(in_mode("live"), Named("a"), &is_replayed)->value() == "kite 2");
  CHECK_FALSE(is_replayed);
  CHECK(Ask(in_mode("live"), Named("other")).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(Ask(in_mode("sandbox", "s2"), Named("a"))->value() == "kite 3");
  CHECK(Ask(in_mode("sandbox"), Named("a"), &is_replayed)->value() == "kite 1");
  CHECK(is_replayed);
  CHECK(Ask(in_mode(""), Named("a"))->value() == "kite 2");  // no mode is live
}

TEST_CASE_METHOD(Fixture, "answers from before modes were told apart still count",
                 "[idempotency]") {
  REQUIRE(Ask(Call("k"), Named("a")).ok());
  database.Execute("UPDATE idempotent_answer SET caller = 's1'");
  for (const char* mode : {"live", "sandbox"}) {
    auto context = Call("k");
    context.principal.mode = mode;
    CHECK(Ask(context, Named("a"))->value() == "kite 1");
    CHECK(absl::IsFailedPrecondition(Ask(context, Named("b")).status()));
  }
  CHECK(Kites() == "1");
  // An answer of the mode itself comes before one that may be the other's.
  database.Execute("UPDATE idempotent_answer SET caller = 's2'");
  REQUIRE(Ask(Call("k"), Named("b"))->value() == "kite 2");
  database.Execute("UPDATE idempotent_answer SET caller = 's1' WHERE caller = 's2'");
  CHECK(Ask(Call("k"), Named("b"))->value() == "kite 2");
}

TEST_CASE_METHOD(Fixture, "a key that the release before modes is busy with is in flight",
                 "[idempotency]") {
  // As that release writes it.
  constexpr pg::Statement kLock{
      "earlier.lock",
      "SELECT pg_advisory_xact_lock(hashtextextended('s1 google.protobuf.StringValue k', 0))"};
  auto earlier = loop.Await(pool.Begin());
  REQUIRE(earlier.ok());
  REQUIRE(loop.Await(earlier->Query(kLock)).ok());
  for (const char* mode : {"live", "sandbox"}) {
    auto context = Call("k");
    context.principal.mode = mode;
    CHECK(absl::IsAborted(Ask(context, Named("a")).status()));
  }
  REQUIRE(loop.Await(earlier->Commit()).ok());
  CHECK(Ask(Call("k"), Named("a")).ok());
}

TEST_CASE_METHOD(Fixture, "a stored answer comes before what would refuse the request now",
                 "[idempotency]") {
  absl::Status refusal;
  int checks = 0;
  auto ask = [&](const std::string& key, const std::string& name) {
    auto context = Call(key);
    auto request = Named(name);
    return loop.Await(once.Run<StringValue>(
        context, request,
        [&]() -> AsyncStatus {
          ++checks;
          co_return refusal;
        },
        [&](pg::Tx& tx) -> Async<StringValue> {
          CO_RETURN_IF_ERROR((co_await tx.Query(kInsertKite, "red")).status());
          co_return Named("kite " + std::to_string(++made));
        }));
  };
  CHECK(ask("k", "a")->value() == "kite 1");
  CHECK(ask("", "a")->value() == "kite 2");
  refusal = absl::InvalidArgumentError("too late");
  CHECK(ask("k", "a")->value() == "kite 1");
  CHECK(rpc::ReasonOf(ask("k", "b").status()) == "IDEMPOTENCY_KEY_REUSED");
  CHECK(checks == 2);
  CHECK(ask("", "a").status() == refusal);
  CHECK(ask("new", "a").status() == refusal);
  CHECK(checks == 4);
  refusal = absl::OkStatus();
  CHECK(ask("new", "a")->value() == "kite 3");
  CHECK(Kites() == "3");
}

TEST_CASE_METHOD(Fixture, "checks hold no connection and no key", "[idempotency]") {
  pg::Pool narrow(loop.executor(), database.dsn(), 1);
  Once with_one(narrow, sealer);
  auto context = Call("k");
  auto request = Named("a");
  auto answer = loop.Await(with_one.Run<StringValue>(
      context, request,
      [&]() -> AsyncStatus {
        co_return (co_await narrow.Query(kInsertKite, "needs the only connection")).status();
      },
      [&](pg::Tx&) -> Async<StringValue> { co_return Named("done"); }));
  CHECK(answer.ok());
}

TEST_CASE_METHOD(Fixture, "a key that was used for another request is refused", "[idempotency]") {
  REQUIRE(Ask(Call("k"), Named("a")).ok());
  auto context = Call("k");
  context.language = "fr";
  auto refused = Ask(context, Named("b"));
  CHECK(absl::IsFailedPrecondition(refused.status()));
  CHECK(rpc::ReasonOf(refused.status()) == "IDEMPOTENCY_KEY_REUSED");
  CHECK_THAT(std::string(refused.status().message()), Catch::Contains("autre requête"));
  CHECK(Kites() == "1");
}

TEST_CASE_METHOD(Fixture, "without a key every request has its effect", "[idempotency]") {
  CHECK(Ask(Call(""), Named("a"))->value() == "kite 1");
  CHECK(Ask(Call(""), Named("a"))->value() == "kite 2");
  CHECK(Kites() == "2");
  CHECK(database.Execute("SELECT count(*) FROM idempotent_answer") == "0");
}

TEST_CASE_METHOD(Fixture, "what has an answer that cannot be written is not done",
                 "[idempotency]") {
  auto key = GENERATE(std::string(), std::string("k"));
  auto make = [&](rpc::Context& context) -> Async<toy::v1::Kite> {
    co_return co_await once.Run<toy::v1::Kite>(
        context, Named("a"), [&](pg::Tx& tx) -> Async<toy::v1::Kite> {
          CO_RETURN_IF_ERROR((co_await tx.Query(kInsertKite, "red")).status());
          toy::v1::Kite kite;
          kite.mutable_create_time()->set_nanos(-1);
          co_return kite;
        });
  };
  auto context = Call(key);
  CHECK(absl::IsInternal(loop.Await(make(context)).status()));
  CHECK(Kites() == "0");
}

TEST_CASE_METHOD(Fixture, "while the first request runs, the second is told so", "[idempotency]") {
  asio::steady_timer gate(loop.executor(), asio::steady_timer::time_point::max());
  bool is_inside = false, has_ended = false;
  auto slow = [&]() -> asio::awaitable<void> {
    auto context = Call("k");
    auto request = Named("a");
    auto answer =
        co_await once.Run<StringValue>(context, request, [&](pg::Tx& tx) -> Async<StringValue> {
          CO_RETURN_IF_ERROR((co_await tx.Query(kInsertKite, "slow")).status());
          is_inside = true;
          boost::system::error_code error;
          co_await gate.async_wait(asio::redirect_error(asio::use_awaitable, error));
          co_return Named("slow kite");
        });
    has_ended = answer.ok();
  };
  asio::co_spawn(loop.io(), slow(), asio::detached);
  loop.RunUntil([&] { return is_inside; });
  auto refused = Ask(Call("k"), Named("a"));
  CHECK(absl::IsAborted(refused.status()));
  CHECK(rpc::ReasonOf(refused.status()) == "IDEMPOTENCY_KEY_IN_FLIGHT");
  CHECK(Ask(Call("other"), Named("a")).ok());
  gate.cancel();
  loop.RunUntil([&] { return has_ended; });
  CHECK(Ask(Call("k"), Named("a"))->value() == "slow kite");
  CHECK(Kites() == "2");
}

TEST_CASE_METHOD(Fixture, "of 32 requests with one key at once, one has its effect",
                 "[idempotency]") {
  std::vector<absl::StatusOr<StringValue>> answers;
  auto ask = [&]() -> asio::awaitable<void> {
    auto context = Call("race");
    auto request = Named("a");
    answers.push_back(co_await Make(context, request));
  };
  for (int i = 0; i < 32; ++i) asio::co_spawn(loop.io(), ask(), asio::detached);
  loop.RunUntil([&] { return answers.size() == 32; });
  int ok = 0;
  for (const auto& answer : answers) {
    if (answer.ok()) {
      ++ok;
      CHECK(answer->value() == "kite 1");
    } else {
      CHECK(absl::IsAborted(answer.status()));
    }
  }
  CHECK(ok >= 1);
  CHECK(Kites() == "1");
}

TEST_CASE_METHOD(Fixture, "a failed effect leaves nothing, and its key may be tried again",
                 "[idempotency]") {
  auto context = Call("k");
  auto request = Named("a");
  auto failed =
      loop.Await(once.Run<StringValue>(context, request, [&](pg::Tx& tx) -> Async<StringValue> {
        CO_RETURN_IF_ERROR((co_await tx.Query(kInsertKite, "lost")).status());
        co_return absl::NotFoundError("no such wind");
      }));
  CHECK(absl::IsNotFound(failed.status()));
  CHECK(Kites() == "0");
  CHECK(Ask(Call("k"), Named("b"))->value() == "kite 1");
  CHECK(Kites() == "1");
}

TEST_CASE_METHOD(Fixture, "stored answers tell no secret, and go after a day", "[idempotency]") {
  REQUIRE(Ask(Call("old"), Named("a")).ok());
  CHECK(database.Execute(
            "SELECT count(*) FROM idempotent_answer a WHERE a::text LIKE '%kite 1%'") == "0");
  database.Execute("UPDATE idempotent_answer SET expires_at = expires_at - interval '25 hours'");
  REQUIRE(Ask(Call("new"), Named("a")).ok());
  CHECK(database.Execute("SELECT string_agg(key, ' ') FROM idempotent_answer") == "new");
}

constexpr pg::Statement kInsertKites{"kite.insert_many", "WITH " IDEMPOTENCY_KEYS R"sql(
  INSERT INTO kite (name) SELECT name FROM unnest($6::text[], $4::text[]) AS i (name, claim)
  WHERE claim = '' OR claim IN (SELECT claim FROM taken) RETURNING name)sql"};

// Writes kites of these names in one statement, each for the request of its context.
struct BatchFixture : Fixture {
  struct Wanted {
    rpc::Context context;
    std::string name;
    StringValue request = Named("a");
  };
  std::vector<std::string> Write(const Once& by, const std::vector<Wanted>& all) {
    KeyColumns keys;
    std::vector<std::string> names;
    for (const auto& each : all) {
      keys.Add(by.RowOf(each.context, each.request, each.name));
      names.push_back(each.name);
    }
    auto rows = loop.Await(pool.Query(kInsertKites, keys.callers, keys.methods, keys.keys,
                                      keys.sealed, keys.kept_seconds, names));
    std::vector<std::string> made_names;
    for (int i = 0; i < rows->size(); ++i) made_names.emplace_back(rows->Text(i, 0));
    return made_names;
  }
  absl::StatusOr<std::optional<std::string>> Find(rpc::Context context,
                                                  const StringValue& request = Named("a")) {
    auto found = loop.Await(once.FindMade(context, request));
    CHECK(IsReplayed(context) == (found.ok() && found->has_value()));
    return found;
  }
  static rpc::Context InMode(const std::string& mode) {
    auto context = Call("k");
    context.principal.mode = mode;
    return context;
  }
};

TEST_CASE_METHOD(BatchFixture, "of a batch, each key makes one thing, and is found by its request",
                 "[idempotency]") {
  CHECK(Write(once, {{Call("k"), "first"},
                     {Call("k"), "second"},
                     {Call(""), "third"},
                     {Call(""), "fourth"},
                     {Call("k", "s2"), "fifth"}}) ==
        std::vector<std::string>{"first", "third", "fourth", "fifth"});
  CHECK(Write(once, {{Call("k"), "late"}}).empty());
  CHECK(Find(Call("k")).value() == "first");
  CHECK(Find(Call("k", "s2")).value() == "fifth");
  CHECK(Find(Call("other")).value() == std::nullopt);
  CHECK(Find(Call("")).value() == std::nullopt);
  CHECK(rpc::ReasonOf(Find(Call("k"), Named("b")).status()) == "IDEMPOTENCY_KEY_REUSED");
}

TEST_CASE_METHOD(BatchFixture, "a batch tells live keys from those of a sandbox", "[idempotency]") {
  CHECK(Write(once, {{InMode("live"), "live"}}).size() == 1);
  CHECK(Find(InMode("sandbox")).value() == std::nullopt);
  CHECK(Write(once, {{InMode("sandbox"), "play"}}).size() == 1);
  CHECK(Find(InMode("live")).value() == "live");
  CHECK(Find(InMode("sandbox")).value() == "play");
}

TEST_CASE_METHOD(BatchFixture, "keys are kept for as long as their service says", "[idempotency]") {
  const Once longer(pool, sealer, std::chrono::hours(24 * 30));
  CHECK(Write(once, {{Call("day"), "day"}}).size() == 1);
  CHECK(Write(longer, {{Call("month"), "month"}}).size() == 1);
  database.Execute("UPDATE idempotent_answer SET expires_at = expires_at - interval '25 hours'");
  CHECK(Write(once, {{Call("new"), "new"}}).size() == 1);
  CHECK(database.Execute("SELECT string_agg(key, ' ' ORDER BY key) FROM idempotent_answer") ==
        "month new");
}

TEST_CASE_METHOD(BatchFixture, "no hash of a request can be read, earlier ones are sealed",
                 "[idempotency]") {
  CHECK(Write(once, {{Call("k"), "made"}}).size() == 1);
  REQUIRE(Ask(Call("ran"), Named("a")).ok());
  database.Execute(
      "INSERT INTO idempotent_answer (caller, method, key, answer_sealed) VALUES "
      "('s1/live', 'google.protobuf.StringValue', 'earlier', 'sha256:" +
      RequestHash(Named("a")) + "kite 0')");
  const std::string readable =
      "SELECT string_agg(key, ' ') FROM idempotent_answer a WHERE a::text LIKE '%" +
      RequestHash(Named("a")) + "%'";
  CHECK(database.Execute(readable) == "earlier");
  auto check = [&] {
    CHECK(Find(Call("earlier")).value() == "kite 0");
    CHECK(absl::IsFailedPrecondition(Find(Call("earlier"), Named("b")).status()));
  };
  check();
  loop.Await([](Once& by) -> asio::awaitable<int> {
    co_await by.SealEarlier();
    co_return 0;
  }(once));
  CHECK(database.Execute(readable) == "");
  check();
}

}  // namespace
}  // namespace tamarack::idempotency
