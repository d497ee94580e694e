// Goal: keys change without anybody noticing, and a removed one is good for nothing within 10 s.
// Method: two replicas of identity on one database, services that fetch their keys over real gRPC
// and callers all the while; Redis there and away; time is moved, not waited for.
#include "platform/auth/revocations.h"
#include "platform/crypto/jws.h"
#include "services/identity/keys/revocation_announcement.h"
#include "services/identity/keys/signing_key_command.h"
#include "tests/integration/identity/world.h"
#include "tests/support/eventually.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <future>

namespace tamarack::identity {
namespace {

using std::chrono::seconds;

std::string KidOf(const std::string& token) {
  return std::string(StringMember(crypto::PeekJws(token)->header, "kid"));
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
  testing::Count heard;

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

  static void Until(const std::function<bool()>& condition) {
    REQUIRE(testing::Eventually(condition));
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
  // How it went.
  absl::Status TryMint(Replica& replica) {
    return host.Await(replica.issuer.AccessToken({}, "payments", 90)).status();
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
    if (has_redis) REQUIRE(heard.Exceeds(before));
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
    CHECK(now->published.HasKid(before->es256->kid()));
    CHECK(now->rs256->kid() != before->rs256->kid());
  }
  // The one after is new, and so has to wait.
  Until([&] { return Count("next") == "2"; });
  CHECK(absl::IsFailedPrecondition(host.Await(signing_keys.Rotate())));
  CHECK(absl::IsFailedPrecondition(
      host.Await(signing_keys.Retire(KeysOf(first)->es256->kid(), false))));
  CHECK(absl::IsAlreadyExists(host.Await(signing_keys.Retire(KidOf(old), false))));
  CHECK(absl::IsNotFound(host.Await(signing_keys.Retire("none", true))));
  CHECK(absl::IsNotFound(host.Await(signing_keys.Remove(KeysOf(first)->es256->kid()))));
  CHECK(Count("retired") == "2");
  CHECK(
      database_value(
          "SELECT count(*) FROM signing_key WHERE retired_at IS NOT NULL AND private_key_sealed = "
          "''") == "2");
}

TEST_CASE_METHOD(KeyWorld,
                 "Signing keys: one that cannot be opened is published, and the others sign") {
  AgeSuccessors();
  const auto before = KeysOf(first);
  database_value("UPDATE signing_key SET private_key_sealed = '9.AAAA' WHERE activated_at IS NULL");
  Replica another(*this);
  CHECK(KeysOf(another)->jwks == before->jwks);
  std::string old = Mint(another);
  CHECK(Takes(payments, old));

  // Its turn comes.
  REQUIRE(host.Await(signing_keys.Retire(KidOf(old), true)).ok());
  REQUIRE(host.Await(signing_keys.Remove(KidOf(old))).ok());
  Announce();
  another.keys.Renew();
  for (Replica* replica : {&first, &another}) {
    absl::Status status = TryMint(*replica);
    CHECK(absl::IsUnavailable(status));
    CHECK(status.message().find("cannot open the current ES256 key") != std::string::npos);
    CHECK(KeysOf(*replica)->rs256.ok());
    CHECK_FALSE(KeysOf(*replica)->published.HasKid(KidOf(old)));
  }
  CHECK_FALSE(Takes(payments, old));

  // It is taken out of use as any other.
  auto rows = host.Await(signing_keys.List());
  std::string unreadable;
  for (const auto& row : *rows)
    if (row.state == SigningKeyState::kCurrent && row.algorithm == crypto::Algorithm::kEs256)
      unreadable = row.kid;
  REQUIRE(host.Await(signing_keys.Retire(unreadable, true)).ok());
  Announce();
  CHECK(TryMint(first).ok());
}

TEST_CASE_METHOD(KeyWorld, "Signing keys: who has opened the current one needs its row no more") {
  AgeSuccessors();
  std::string token = Mint(first);
  database_value("UPDATE signing_key SET private_key_sealed = '9.AAAA'");
  clock_offset += seconds(3);
  CHECK(KidOf(Mint(first)) == KidOf(token));
  Replica another(*this);
  CHECK(absl::IsUnavailable(TryMint(another)));
  CHECK(KeysOf(another)->jwks == KeysOf(first)->jwks);
}

TEST_CASE_METHOD(KeyWorld,
                 "Signing keys: those of before are published, and a retired one's "
                 "private half goes when its public one is known") {
  AgeSuccessors();
  const auto before = KeysOf(first);
  database_value("UPDATE signing_key SET public_jwk = NULL");
  REQUIRE(host.Await(signing_keys.Rotate()).ok());
  CHECK(KeysOf(second)->published.HasKid(before->es256->kid()));
  Replica another(*this);
  CHECK(KeysOf(another)->published.HasKid(before->es256->kid()));
  CHECK(database_value("SELECT count(*) FROM signing_key WHERE public_jwk IS NULL") == "0");
  CHECK(database_value("SELECT string_agg(DISTINCT (private_key_sealed = '')::text, '') FROM "
                       "signing_key WHERE retired_at IS NOT NULL") == "true");
}

TEST_CASE_METHOD(KeyWorld, "Signing keys: a public half that was altered is not published") {
  AgeSuccessors();
  database_value(
      "UPDATE signing_key o SET public_jwk = n.public_jwk FROM signing_key n WHERE "
      "o.activated_at IS NULL AND n.kid <> o.kid AND n.algorithm = o.algorithm");
  database_value("UPDATE signing_key SET public_jwk = '{}' WHERE kid = '" + KidOf(Mint(first)) +
                 "'");
  first.keys.Renew();
  auto now = KeysOf(first);
  CHECK(now->published.keys().size() == 1);
  CHECK_FALSE(now->es256.ok());
  CHECK(now->rs256.ok());
}

TEST_CASE_METHOD(KeyWorld, "Signing keys: an emergency does not wait for a Redis that hangs") {
  AgeSuccessors();
  const std::string stolen = KidOf(Mint(first));
  const std::string path = "/tmp/tamarack-hanging-" + std::to_string(::getpid());
  sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
  std::strncpy(name.sun_path, path.c_str(), sizeof(name.sun_path) - 1);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ::unlink(path.c_str());
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&name), sizeof(name)) == 0);
  REQUIRE(::listen(listener, 10) == 0);
  constexpr std::chrono::hours kForEver{1};
  redis::Client hanging(host.executor(), "unix:" + path,
                        {.connect_timeout = kForEver, .command_timeout = kForEver});
  auto done = std::async(std::launch::async, [&] {
    return host.Await(
        RunSigningKeyCommand(signing_keys, hanging, {"signing-keys", "retire", stolen}, true));
  });
  Until([&] { return Count("removed") == "1"; });
  ::close(listener);  // What still waits is told.
  ::unlink(path.c_str());
  CHECK(done.get().ok());
}

TEST_CASE_METHOD(KeyWorld, "Signing keys: a retired one is published for a day") {
  AgeSuccessors();
  std::string old = KeysOf(first)->es256->kid();
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
  REQUIRE(heard.Becomes(1));
  v1::RevokeApiKeyRequest revoke;
  revoke.set_api_key_id(rotate.api_key_id());
  REQUIRE(Call<v1::ApiKey>("AdminService/RevokeApiKey", revoke, admin_token()).ok());
  REQUIRE(heard.Becomes(2));
  v1::SetClientEnabledRequest disable;
  disable.set_client_id(NewClient(service.service_id()).client().client_id());
  disable.set_is_enabled(false);
  REQUIRE(Call<v1::Client>("AdminService/SetClientEnabled", disable, admin_token()).ok());
  REQUIRE(heard.Becomes(3));
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
      removed = world.KeysOf(world.first)->es256->kid();
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
