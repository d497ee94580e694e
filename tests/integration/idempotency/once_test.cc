// One effect and one answer for each key, on a real database.
#include "platform/idempotency/answer_repository.h"
#include "tests/integration/idempotency/fixture.h"
#include "tests/support/own_principal.h"

namespace tamarack::idempotency {
namespace {

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
    testing::OwnPrincipal(context).mode = mode;
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
    testing::OwnPrincipal(context).mode = mode;
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
    testing::OwnPrincipal(context).mode = mode;
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
  int first = 0;
  auto ask = [&]() -> asio::awaitable<void> {
    auto context = Call("race");
    auto request = Named("a");
    answers.push_back(co_await Make(context, request));
    if (answers.back().ok() && !IsReplayed(context)) ++first;
  };
  for (int i = 0; i < 32; ++i) asio::co_spawn(loop.io(), ask(), asio::detached);
  loop.RunUntil([&] { return answers.size() == 32; });
  for (const auto& answer : answers) {
    if (answer.ok()) {
      CHECK(answer->value() == "kite 1");
    } else {
      CHECK(absl::IsAborted(answer.status()));
    }
  }
  CHECK(first == 1);
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
  CHECK(loop.Await(Forgetting(pool).batch(10)).value() == 1);
  CHECK(database.Execute("SELECT string_agg(key, ' ') FROM idempotent_answer") == "new");
}

}  // namespace
}  // namespace tamarack::idempotency
