// Goal: keys change without anybody noticing, and a removed one is good for nothing within 10 s.
// Method: two replicas of identity on one database, services that fetch their keys over real gRPC
// and callers all the while; Redis there and away; time is moved, not waited for.
#include "platform/auth/revocations.h"
#include "platform/crypto/jws.h"
#include "services/identity/revocation_announcement.h"
#include "tests/integration/identity/world.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>

namespace tamarack::identity {
namespace {

using std::chrono::seconds;

std::string KidOf(const std::string& token) {
  return std::string(crypto::StringMember(crypto::PeekJws(token)->header, "kid"));
}

// A process that signs.
struct Replica {
  explicit Replica(World& world)
      : keys(world.host.executor(), world.signing_keys, world.offload, world.clock),
        issuer(keys, testing::kTestIssuer, world.clock) {}
  SigningKeys keys;
  TokenIssuer issuer;
};

// One that verifies.
struct Service {
  explicit Service(World& world)
      : identity(world.address),
        verifier(world.host.executor(),
                 {.issuer = testing::kTestIssuer, .audience = "payments", .now = world.clock},
                 [this]() -> Async<std::string> {
                   if (is_identity_away) co_return absl::UnavailableError("away");
                   CO_ASSIGN_OR_RETURN(auto body, co_await identity.Call<google::api::HttpBody>(
                                                      "/tamarack.identity.v1.TokenService/GetJwks",
                                                      v1::GetJwksRequest()));
                   co_return body.data();
                 }) {}
  rpc::Client identity;
  auth::TokenVerifier verifier;
  std::atomic<bool> is_identity_away{false};
};

struct KeyWorld : World {
  const bool has_redis;
  Replica first{*this}, second{*this};
  Service payments{*this}, notify{*this};
  std::atomic<bool> is_listening{false};
  std::atomic<int> heard{0};

  explicit KeyWorld(bool with_redis = true)
      : World(with_redis ? testing::RedisAddress() : "unix:/nonexistent/redis.sock"),
        has_redis(with_redis) {
    // As each process does for itself.
    redis.Subscribe(auth::kRevocationChannel, [this](std::string_view text) {
      if (text == "are you there?") {
        is_listening = true;
        return;
      }
      for (SigningKeys* process : {&keys, &first.keys, &second.keys}) process->Renew();
      for (Service* service : {&payments, &notify}) service->verifier.Renew();
      ++heard;
    });
    if (!has_redis) return;
    Until([&] {
      (void)host.Await(redis.Command("PUBLISH", auth::kRevocationChannel, "are you there?"));
      return is_listening.load();
    });
  }
  ~KeyWorld() { host.Stop(); }

  // Until the condition holds; the test's own time limit ends it otherwise.
  static void Until(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::yield();
  }
  SigningKeySetPtr KeysOf(Replica& replica) {
    auto keys = host.Await(replica.keys.Get());
    REQUIRE(keys.ok());
    return *keys;
  }
  // Waits for the successors, and for them to have been published for long enough.
  void AgeSuccessors() {
    Until([&] {
      first.keys.Renew();
      return KeysOf(first)->published.keys().size() >= 4 && Count("next") == "2";
    });
    database_value("UPDATE signing_key SET created_at = created_at - interval '15 minutes'");
  }
  std::string Mint(Replica& replica) {
    auth::Principal principal;
    principal.subject = principal.client_id = "client";
    principal.mode = "live";
    auto token = host.Await(replica.issuer.AccessToken(principal, "payments", 90));
    REQUIRE(token.ok());
    return token->token;
  }
  bool Takes(Service& service, const std::string& token) {
    return host.Await(service.verifier.Verify(token)).ok();
  }
  std::string Count(const std::string& state) {
    auto rows = host.Await(signing_keys.List());
    REQUIRE(rows.ok());
    return std::to_string(std::count_if(rows->begin(), rows->end(),
                                        [&](const auto& row) { return Name(row.state) == state; }));
  }
  // As the command does, and until everybody has heard of it who can.
  void Announce() {
    int before = heard;
    (void)host.Await([](redis::Client& client) -> AsyncStatus {
      co_await AnnounceRevocation(client);
      co_return absl::OkStatus();
    }(redis));
    if (has_redis) Until([&] { return heard > before; });
  }
};

TEST_CASE_METHOD(KeyWorld, "Signing keys: the next is published, and signs only when it is known") {
  AgeSuccessors();
  CHECK(Count("current") == "2");
  CHECK(Count("next") == "2");
  auto before = KeysOf(first);
  CHECK(KeysOf(second)->jwks == before->jwks);
  std::string old = Mint(first);
  REQUIRE(Takes(payments, old));
  // Whoever has the keys of before needs no others.
  payments.is_identity_away = true;
  REQUIRE(host.Await(signing_keys.Rotate()).ok());
  clock_offset += seconds(2);
  for (Replica* replica : {&first, &second}) {
    std::string token = Mint(*replica);
    CHECK(KidOf(token) != KidOf(old));
    CHECK(before->published.HasKid(KidOf(token)));
    CHECK(Takes(payments, token));
    CHECK(Takes(notify, token));
    CHECK(Takes(notify, old));
    auto now = KeysOf(*replica);
    CHECK(now->published.HasKid(before->es256.kid()));
    CHECK(now->rs256.kid() != before->rs256.kid());
  }
  // The one after is new, and so has to wait.
  Until([&] { return Count("next") == "2"; });
  CHECK(absl::IsFailedPrecondition(host.Await(signing_keys.Rotate())));
  CHECK(absl::IsFailedPrecondition(
      host.Await(signing_keys.Retire(KeysOf(first)->es256.kid(), false))));
  CHECK(absl::IsAlreadyExists(host.Await(signing_keys.Retire(KidOf(old), false))));
  CHECK(absl::IsNotFound(host.Await(signing_keys.Retire("none", true))));
  CHECK(absl::IsNotFound(host.Await(signing_keys.Remove(KeysOf(first)->es256.kid()))));
  CHECK(Count("retired") == "2");
}

TEST_CASE_METHOD(KeyWorld, "Signing keys: a retired one is published for a day") {
  AgeSuccessors();
  std::string old = KeysOf(first)->es256.kid();
  REQUIRE(host.Await(signing_keys.Rotate()).ok());
  database_value("UPDATE signing_key SET retired_at = retired_at - interval '23 hours'");
  first.keys.Renew();
  CHECK(KeysOf(first)->published.HasKid(old));
  database_value("UPDATE signing_key SET retired_at = retired_at - interval '2 hours'");
  first.keys.Renew();
  CHECK_FALSE(KeysOf(first)->published.HasKid(old));
}

TEST_CASE_METHOD(KeyWorld, "Signing keys: in an emergency without a successor one is made") {
  std::string token = Mint(first);
  REQUIRE(Takes(payments, token));
  database_value("DELETE FROM signing_key WHERE activated_at IS NULL");
  REQUIRE(host.Await(signing_keys.Retire(KidOf(token), true)).ok());
  REQUIRE(host.Await(signing_keys.Remove(KidOf(token))).ok());
  CHECK(database_value("SELECT private_key_sealed FROM signing_key WHERE removed_at IS NOT NULL") ==
        "");
  Announce();
  std::string next = Mint(second);
  CHECK(KidOf(next) != KidOf(token));
  CHECK(Takes(payments, next));
  CHECK_FALSE(Takes(payments, token));
}

TEST_CASE_METHOD(KeyWorld,
                 "Signing keys: whoever cannot read them signs nothing after two seconds") {
  Mint(first);
  database_value("ALTER TABLE signing_key RENAME TO hidden");
  clock_offset += seconds(1);
  CHECK(host.Await(first.keys.Get()).ok());
  clock_offset += seconds(2);
  CHECK_FALSE(host.Await(first.keys.Get()).ok());
  database_value("ALTER TABLE hidden RENAME TO signing_key");
  CHECK(host.Await(first.keys.Get()).ok());
}

TEST_CASE_METHOD(KeyWorld,
                 "Revocations: an API key, its secret and a client that end are announced") {
  auto service = NewService();
  v1::RotateApiKeyRequest rotate;
  rotate.set_api_key_id(NewApiKey(service.service_id(), "pay", "live").api_key().api_key_id());
  REQUIRE(Call<v1::CreateApiKeyResponse>("AdminService/RotateApiKey", rotate, admin_token()).ok());
  Until([&] { return heard == 1; });
  v1::RevokeApiKeyRequest revoke;
  revoke.set_api_key_id(rotate.api_key_id());
  REQUIRE(Call<v1::ApiKey>("AdminService/RevokeApiKey", revoke, admin_token()).ok());
  Until([&] { return heard == 2; });
  v1::SetClientEnabledRequest disable;
  disable.set_client_id(NewClient(service.service_id()).client().client_id());
  REQUIRE(Call<v1::Client>("AdminService/SetClientEnabled", disable, admin_token()).ok());
  Until([&] { return heard == 3; });
}

TEST_CASE_METHOD(World, "Calls: whoever's own token is refused asks for another, once") {
  const std::string good = admin_token();
  for (bool is_replaced : {true, false}) {
    std::string token = "of a key that was removed";
    int refused = 0;
    rpc::Client client(
        address, [&]() -> Async<std::string> { co_return std::string(token); },
        [&] {
          ++refused;
          if (is_replaced) token = good;
        });
    auto listed = host.Await(client.Call<v1::ListMinistriesResponse>(
        "/tamarack.identity.v1.AdminService/ListMinistries", v1::ListMinistriesRequest()));
    CHECK(listed.ok() == is_replaced);
    CHECK(refused == (is_replaced ? 1 : 2));
  }
}

// A minute of callers: each second both replicas sign, and both services verify everything that is
// not over yet.
void Drill(bool has_redis) {
  KeyWorld world(has_redis);
  world.AgeSuccessors();
  std::deque<std::string> tokens;
  std::string removed;
  int taken = 0, refused = 0;  // of the removed key
  constexpr int kRotation = 15, kEmergency = 30;
  for (int second = 0; second < 60; ++second, world.clock_offset += seconds(1)) {
    CAPTURE(has_redis, second);
    if (second == kRotation) {
      REQUIRE(world.host.Await(world.signing_keys.Rotate()).ok());
      world.Announce();
    }
    if (second == kEmergency) {
      removed = world.KeysOf(world.first)->es256.kid();
      REQUIRE(world.host.Await(world.signing_keys.Retire(removed, true)).ok());
      world.Announce();
    }
    if (second == kEmergency + 2) {
      REQUIRE(world.host.Await(world.signing_keys.Remove(removed)).ok());
      world.Announce();
    }
    for (Replica* replica : {&world.first, &world.second}) {
      tokens.push_back(world.Mint(*replica));
      bool has_heard = second >= kEmergency + (has_redis ? 0 : 2);
      if (has_heard) REQUIRE(KidOf(tokens.back()) != removed);
    }
    for (const std::string& token : tokens) {
      for (Service* service : {&world.payments, &world.notify}) {
        bool is_taken = world.Takes(*service, token);
        if (KidOf(token) != removed) {
          REQUIRE(is_taken);
          continue;
        }
        if (second >= kEmergency + (has_redis ? 2 : 10)) REQUIRE_FALSE(is_taken);
        ++(is_taken ? taken : refused);
      }
    }
  }
  // There were some to be refused, and they had been good.
  CHECK(taken > 0);
  CHECK(refused > 0);
  CHECK(world.Count("current") == "2");
  CHECK(world.Count("removed") == "1");
}

TEST_CASE("Drill: keys rotate, and one is removed, under load") {
  Drill(true);
}
TEST_CASE("Drill: keys rotate, and one is removed, under load without Redis") {
  Drill(false);
}

}  // namespace
}  // namespace tamarack::identity
