// Keys of writers that commit many requests at once: one thing made for each, found by its request.
#include "platform/idempotency/batch.h"
#include "platform/idempotency/answer_repository.h"

#include "tests/integration/idempotency/fixture.h"
#include "tests/support/own_principal.h"

namespace tamarack::idempotency {
namespace {

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
    testing::OwnPrincipal(context).mode = mode;
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
  CHECK(loop.Await(Forgetting(pool).batch(10)).value() == 1);
  CHECK(database.Execute("SELECT string_agg(key, ' ' ORDER BY key) FROM idempotent_answer") ==
        "month new");
}

TEST_CASE_METHOD(BatchFixture, "a key whose time is over is a new one", "[idempotency]") {
  CHECK(Write(once, {{Call("k"), "first"}, {Call("kept"), "kept"}}).size() == 2);
  database.Execute(
      "UPDATE idempotent_answer SET expires_at = now() - interval '1 second' WHERE key = 'k'");
  CHECK(Write(once, {{Call("k"), "second"}, {Call("k"), "third"}, {Call("kept"), "late"}}) ==
        std::vector<std::string>{"second"});
  CHECK(Find(Call("k")).value() == "second");
  CHECK(Find(Call("kept")).value() == "kept");
  CHECK(Write(once, {{Call("k"), "fourth"}}).empty());
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
