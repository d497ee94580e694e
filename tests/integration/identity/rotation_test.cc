#include "tests/support/rotation.h"
#include "services/identity/key_uses.h"
#include "tests/integration/identity/sign_in_world.h"
#include "tests/support/eventually.h"

#include <catch2/catch.hpp>

namespace tamarack::identity {
namespace {

NewPerson Somebody(const std::string& email) {
  NewPerson person;
  person.profile.email = email;
  person.password_hash = "x";
  person.language = "en";
  return person;
}

struct Rotated : SignInWorld {
  std::string SubjectOf(const std::string& email) {
    auto person = host.Await(people.FindByEmail(auth::Mode::kLive, email));
    return person.ok() ? person->subject : std::string(person.status().message());
  }
  absl::Status Insert(const std::string& email) {
    return host.Await([&]() -> AsyncStatus {
      CO_ASSIGN_OR_RETURN(auto tx, co_await host.pool().Begin());
      CO_RETURN_IF_ERROR((co_await people.Insert(tx, Somebody(email))).status());
      co_return co_await tx.Commit();
    }());
  }
};

}  // namespace

TEST_CASE_METHOD(Rotated, "Keys change: people, codes and API keys stay good, subjects the same") {
  const std::string subject = NewPerson(kEmail);
  auto service = NewService();
  const std::string pay_key = NewApiKey(service.service_id(), "pay", "live").secret();
  NewApiKey(service.service_id(), "notify", "live");
  Register("new@example.test");
  const std::string code = LastCode();

  REQUIRE(testing::Rotate(host, ring).ok());
  CHECK(SubjectOf(kEmail) == subject);
  CHECK(absl::IsAlreadyExists(Insert(kEmail)));
  CHECK(Confirm(code).location == "/fr/somewhere?x=1");
  CHECK(ExchangeBearer(pay_key, {.audience = "payments"}).ok());
  CHECK(host.Await(api_keys.FindNotifyKeys(service.service_id()))->size() == 1);

  CHECK(testing::Reseal(host, ring, UsesOfKeys(ring)) == 0);
  CHECK(database_value(
            "SELECT count(*) FROM person WHERE email_index LIKE '2.%' AND key_sealed LIKE '2.%'") ==
        "2");
  CHECK(database_value("SELECT count(*) FROM api_key WHERE secret_sealed LIKE '2.%'") == "1");
  CHECK(database_value("SELECT bool_and(private_key_sealed LIKE '2.%') FROM signing_key") == "t");
  CHECK(SubjectOf(kEmail) == subject);
  CHECK(absl::IsAlreadyExists(Insert(kEmail)));

  REQUIRE(testing::RetireEarlier(host, ring).ok());
  CHECK(SubjectOf(kEmail) == subject);
  CHECK(ExchangeBearer(pay_key, {.audience = "payments"}).ok());
  CHECK(host.Await(api_keys.FindNotifyKeys(service.service_id()))->size() == 1);
}

TEST_CASE_METHOD(Rotated,
                 "Keys change: two that use different versions make one account of an address") {
  const crypto::KeyVersion first_version{.id = "1", .secret = secret};
  crypto::KeyVersion next{.id = "2", .secret = std::string(32, 's')};
  crypto::Keyring ahead_ring({first_version, next});
  // Ours comes to use it later.
  next.used_from = UnixSeconds(Now()) + 3600;
  REQUIRE(
      host.Await([&]() -> AsyncStatus { co_return ring.Replace({first_version, next}); }()).ok());
  Keyring ahead(ahead_ring);
  PersonRepository there(host.pool(), ahead);
  const auto person = Somebody(kEmail);
  absl::Status second;
  testing::Count done;
  absl::Status first = host.Await([&]() -> AsyncStatus {
    auto tx = co_await host.pool().Begin();
    CO_RETURN_IF_ERROR((co_await there.Insert(*tx, person)).status());
    boost::asio::co_spawn(
        host.executor(),
        [&]() -> AsyncStatus {
          auto other = co_await host.pool().Begin();
          co_return (co_await people.Insert(*other, person)).status();
        },
        [&](std::exception_ptr, absl::Status status) { second = status, ++done; });
    static constexpr pg::Statement kWaiting{
        "test.waiting", "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"};
    while (done < 1 && (co_await tx->Query(kWaiting))->empty()) {
    }
    co_return co_await tx->Commit();
  }());
  REQUIRE(done.Becomes(1));
  CHECK(first.ok());
  CHECK(absl::IsAlreadyExists(second));
  CHECK(database_value("SELECT count(*) FROM person") == "1");
}

TEST_CASE_METHOD(Rotated,
                 "An API key that cannot be read is passed over, the service's others are good") {
  auto service = NewService();
  NewApiKey(service.service_id(), "notify", "live");
  const std::string good = NewApiKey(service.service_id(), "notify", "team").api_key().api_key_id();
  database_value("UPDATE api_key SET secret_sealed = '9.AAAA' WHERE key_type = 'live'");
  auto found = host.Await(api_keys.FindNotifyKeys(service.service_id()));
  REQUIRE(found.ok());
  REQUIRE(found->size() == 1);
  CHECK(found->front().id == good);
}

TEST_CASE_METHOD(Rotated, "Keys change: two accounts of one address hold up nothing else") {
  NewPerson(kEmail);
  NewApiKey(NewService().service_id(), "notify", "live");
  database_value("UPDATE person SET email_index = 'found by nobody'");
  REQUIRE(Insert(kEmail).ok());
  REQUIRE(testing::Rotate(host, ring).ok());
  for (int round = 0; round < 2; ++round) {
    CHECK(testing::Reseal(host, ring, UsesOfKeys(ring)) == 1);
    CHECK(database_value("SELECT count(*) FROM person WHERE email_index LIKE '2.%'") == "1");
    CHECK(database_value("SELECT count(*) FROM api_key WHERE secret_sealed LIKE '2.%'") == "1");
  }
}

TEST_CASE_METHOD(Rotated, "Keys change: wrong passwords of an account go on counting") {
  NewPerson(kEmail);
  auto index = [&] {
    return host
        .Await([&]() -> Async<std::string> {
          co_return people.EmailIndexes(auth::Mode::kLive, kEmail).front();
        }())
        .value();
  };
  for (int i = 0; i < 60; ++i) REQUIRE(host.Await(failures.Take(index())).value());
  REQUIRE(testing::Rotate(host, ring).ok());
  for (int i = 0; i < 30; ++i) REQUIRE(host.Await(failures.Take(index())).value());
  testing::Reseal(host, ring, UsesOfKeys(ring));
  CHECK(database_value("SELECT failures FROM sign_in_failure") == "90");
}

}  // namespace tamarack::identity
