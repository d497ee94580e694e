// The outcomes of an Idempotency-Key through gateway and service: the first answer, a replay,
// another body, a request that still runs.
#include "tests/integration/access/gateway_world.h"
#include "tests/support/eventually.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <future>
#include <set>
#include <vector>

namespace tamarack::access {
namespace {

constexpr pg::Statement kHoldMinistries{"ministry.hold", "LOCK TABLE ministry IN EXCLUSIVE MODE"};
constexpr char kMinistry[] = R"({"name_en":"Kites","name_fr":"Cerfs-volants"})";

// The gateway in front of the real identity.
struct RealWorld : GatewayWorld {
  std::string token;

  RealWorld() {
    gateway = MakeGateway({{"identity", address}});
    token = ClientToken("bootstrap", "bootstrap secret")->access_token();
  }

  http::Request Post(const std::string& path, const std::string& body,
                     const std::string& key) const {
    http::Request request;
    request.method = "POST";
    request.target = path;
    request.headers = {{"Host", "services.test"},
                       {"Authorization", "Bearer " + token},
                       {"Content-Type", "application/json"},
                       {"Idempotency-Key", key}};
    request.body = body;
    request.remote_address = "192.0.2.1";
    return request;
  }
  http::Response Create(const std::string& key, const std::string& body = kMinistry) {
    return host.Await(gateway->Handle(Post("/v1/admin/ministries", body, key)));
  }
  std::string Ministries() {
    return host.database().Execute("SELECT count(*) FROM ministry WHERE name_en = 'Kites'");
  }
};

TEST_CASE_METHOD(RealWorld, "the same key gets the first answer, marked as such", "[access]") {
  http::Response first = Create("k-1");
  CHECK(first.status == 201);
  CHECK_FALSE(first.headers.Has("Idempotent-Replayed"));
  http::Response again = Create("\"k-1\"");
  CHECK(again.status == 201);
  CHECK(again.headers.Get("Idempotent-Replayed") == "true");
  CHECK(again.body == first.body);
  CHECK(Ministries() == "1");
}

TEST_CASE_METHOD(RealWorld, "the same key with another body is refused", "[access]") {
  REQUIRE(Create("k-1").status == 201);
  http::Response refused = Create("k-1", R"({"name_en":"Kites","name_fr":"Autre"})");
  CHECK(refused.status == 422);
  auto problem = boost::json::parse(refused.body).as_object();
  CHECK(problem.at("reason").as_string() == "IDEMPOTENCY_KEY_REUSED");
  CHECK(Ministries() == "1");
}

TEST_CASE_METHOD(RealWorld, "the same key while the first request runs is a conflict", "[access]") {
  auto holder = host.Await(host.pool().Begin());
  REQUIRE(holder.ok());
  REQUIRE(host.Await(holder->Query(kHoldMinistries)).ok());
  auto first = std::async(std::launch::async, [&] { return Create("k-1"); });
  // It waits for the table, with its key taken.
  REQUIRE(testing::Eventually([&] {
    return host.database().Execute(
               "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = "
               "'ministry'::regclass") == "1";
  }));
  http::Response second = Create("k-1");
  CHECK(second.status == 409);
  CHECK(boost::json::parse(second.body).as_object().at("reason").as_string() ==
        "IDEMPOTENCY_KEY_IN_FLIGHT");
  REQUIRE(host.Await(holder->Rollback()).ok());
  CHECK(first.get().status == 201);
  CHECK(Create("k-1").headers.Get("Idempotent-Replayed") == "true");
  CHECK(Ministries() == "1");
}

TEST_CASE_METHOD(RealWorld, "of 16 requests with one key at once, one has its effect", "[access]") {
  std::vector<std::future<http::Response>> calls;
  for (int i = 0; i < 16; ++i)
    calls.push_back(std::async(std::launch::async, [&] { return Create("race"); }));
  int fresh = 0;
  std::set<std::string> bodies;
  for (auto& call : calls) {
    http::Response response = call.get();
    CHECK((response.status == 201 || response.status == 409));
    if (response.status != 201) continue;
    bodies.insert(response.body);
    if (!response.headers.Has("Idempotent-Replayed")) ++fresh;
  }
  CHECK(fresh == 1);
  CHECK(bodies.size() == 1);
  CHECK(Ministries() == "1");
}

TEST_CASE_METHOD(RealWorld, "a secret that is shown once comes with the replay too", "[access]") {
  auto ministry = boost::json::parse(Create("m").body).as_object();
  auto make = [&](const std::string& path, const std::string& body, const std::string& key) {
    http::Response response = host.Await(gateway->Handle(Post(path, body, key)));
    INFO(response.body);
    REQUIRE(response.status == 201);
    return boost::json::parse(response.body).as_object();
  };
  auto service = make("/v1/admin/services",
                      R"({"name_en":"a","name_fr":"b","ministry_id":")" +
                          std::string(ministry.at("ministry_id").as_string()) + "\"}",
                      "s");
  std::string body = R"({"kind":"pay","key_type":"test","name":"k","service_id":")" +
                     std::string(service.at("service_id").as_string()) + "\"}";
  auto key = make("/v1/admin/api-keys", body, "k");
  CHECK(make("/v1/admin/api-keys", body, "k") == key);
  std::string secret(key.at("secret").as_string());
  REQUIRE_FALSE(secret.empty());
  CHECK(host.database().Execute("SELECT count(*) FROM idempotent_answer a WHERE a::text LIKE '%" +
                                secret + "%'") == "0");
}

}  // namespace
}  // namespace tamarack::access
