#include "platform/rpc/errors.h"
#include "platform/rpc/timestamp.h"
#include "tests/integration/identity/world.h"

#include <absl/strings/ascii.h>
#include <google/protobuf/util/time_util.h>
#include <catch2/catch.hpp>

#include <thread>

// Goal: an API key ends when it was said to, however far away that is, and no time that was stored
// once hides a service's keys. Method: as credentials_test.cc.
namespace tamarack::identity {
namespace {

using google::protobuf::util::TimeUtil;

struct KeyWorld : World {
  const std::string service_id = NewService().service_id();

  absl::StatusOr<v1::CreateApiKeyResponse> Create(const google::protobuf::Timestamp& expires) {
    v1::CreateApiKeyRequest request;
    request.set_service_id(service_id);
    request.set_kind("pay");
    request.set_key_type("test");
    request.set_name("some-name");
    *request.mutable_expire_time() = expires;
    return Call<v1::CreateApiKeyResponse>("AdminService/CreateApiKey", request, admin_token());
  }
  template <class Response>
  absl::StatusOr<Response> Repeat(const std::string& method,
                                  const google::protobuf::Message& request) {
    return Call<Response>("AdminService/" + method, request, admin_token(),
                          {{"x-tamarack-idempotency-key", "k"}});
  }
  absl::StatusOr<v1::ListApiKeysResponse> List() {
    v1::ListApiKeysRequest request;
    request.set_service_id(service_id);
    return Call<v1::ListApiKeysResponse>("AdminService/ListApiKeys", request, admin_token());
  }
};

TEST_CASE_METHOD(KeyWorld, "API keys: an end in any year up to 9999 is kept and told as it is") {
  for (const char* text : {"9999-12-31T23:59:59Z", "2300-01-01T00:00:00Z", "2262-04-11T23:47:17Z",
                           "9999-12-31T23:59:59.999999Z", "2100-02-28T12:00:00.250Z"}) {
    INFO(text);
    google::protobuf::Timestamp expires;
    REQUIRE(TimeUtil::FromString(text, &expires));
    auto created = Create(expires);
    REQUIRE(created.ok());
    CHECK(TimeUtil::ToString(created->api_key().expire_time()) == text);
    CHECK(ExchangeBearer(created->secret()).ok());
    CHECK(TimeUtil::ToString(List()->api_keys().rbegin()->expire_time()) == text);

    v1::RotateApiKeyRequest rotate;
    rotate.set_api_key_id(created->api_key().api_key_id());
    *rotate.mutable_previous_secret_expire_time() = expires;
    auto rotated =
        Call<v1::CreateApiKeyResponse>("AdminService/RotateApiKey", rotate, admin_token());
    REQUIRE(rotated.ok());
    CHECK(TimeUtil::ToString(rotated->api_key().previous_secret_expire_time()) == text);
    CHECK(ExchangeBearer(created->secret()).ok());
    CHECK(ExchangeBearer(rotated->secret()).ok());
  }
}

TEST_CASE_METHOD(KeyWorld,
                 "API keys: a time that is none is refused at its field, and kept nowhere") {
  auto [seconds, nanos] =
      GENERATE(table<int64_t, int32_t>({{253'402'300'800, 0},
                                        {std::numeric_limits<int64_t>::max(), 0},
                                        {0, 0},
                                        {-62'135'596'801, 0},
                                        {4'000'000'000, -1},
                                        {4'000'000'000, 1'000'000'000}}));
  google::protobuf::Timestamp expires;
  expires.set_seconds(seconds);
  expires.set_nanos(nanos);
  auto created = Create(expires);
  CHECK(absl::IsInvalidArgument(created.status()));
  CHECK(created.status().message().find("expire_time") != absl::string_view::npos);
  CHECK(database_value("SELECT count(*) FROM api_key") == "0");
}

TEST_CASE_METHOD(KeyWorld, "API keys: a rotation cannot end the previous secret in the past") {
  auto created = NewApiKey(service_id, "pay", "test");
  v1::RotateApiKeyRequest rotate;
  rotate.set_api_key_id(created.api_key().api_key_id());
  *rotate.mutable_previous_secret_expire_time() =
      TimeUtil::GetCurrentTime() - TimeUtil::SecondsToDuration(1);
  auto rotated = Call<v1::CreateApiKeyResponse>("AdminService/RotateApiKey", rotate, admin_token());
  CHECK(absl::IsInvalidArgument(rotated.status()));
  CHECK(rotated.status().message().find("previous_secret_expire_time") != absl::string_view::npos);
  CHECK(ExchangeBearer(created.secret()).ok());
}

TEST_CASE_METHOD(KeyWorld, "API keys: the previous secret is told to end no later than its key") {
  auto created = Create(TimeUtil::GetCurrentTime() + TimeUtil::SecondsToDuration(3600));
  REQUIRE(created.ok());
  v1::RotateApiKeyRequest rotate;
  rotate.set_api_key_id(created->api_key().api_key_id());
  *rotate.mutable_previous_secret_expire_time() =
      created->api_key().expire_time() + TimeUtil::SecondsToDuration(1);
  auto rotated = Call<v1::CreateApiKeyResponse>("AdminService/RotateApiKey", rotate, admin_token());
  REQUIRE(rotated.ok());
  CHECK(rotated->api_key().previous_secret_expire_time() == created->api_key().expire_time());
}

TEST_CASE_METHOD(KeyWorld, "API keys: a repeat gets its secret though the key has ended since") {
  v1::CreateApiKeyRequest request;
  request.set_service_id(service_id);
  request.set_kind("pay");
  request.set_key_type("test");
  request.set_name("some-name");
  *request.mutable_expire_time() = TimeUtil::GetCurrentTime() + TimeUtil::SecondsToDuration(1);
  auto first = Repeat<v1::CreateApiKeyResponse>("CreateApiKey", request);
  REQUIRE(first.ok());
  std::this_thread::sleep_until(std::chrono::system_clock::time_point(
      std::chrono::microseconds(TimeUtil::TimestampToMicroseconds(request.expire_time()) + 1)));
  auto again = Repeat<v1::CreateApiKeyResponse>("CreateApiKey", request);
  REQUIRE(again.ok());
  CHECK(again->secret() == first->secret());
  CHECK(database_value("SELECT count(*) FROM api_key") == "1");
  request.set_key_type("team");  // which would be refused
  CHECK(rpc::ReasonOf(Repeat<v1::CreateApiKeyResponse>("CreateApiKey", request).status()) ==
        "IDEMPOTENCY_KEY_REUSED");
  *request.mutable_expire_time() = TimeUtil::SecondsToTimestamp(1);
  CHECK(absl::IsInvalidArgument(
      Call<v1::CreateApiKeyResponse>("AdminService/CreateApiKey", request, admin_token())
          .status()));
}

TEST_CASE_METHOD(KeyWorld, "Administration: another request with a used key is told so first") {
  v1::CreateClientRequest client;
  client.set_service_id(service_id);
  client.add_redirect_uris("https://licences.example/callback");
  client.add_scopes("openid");
  client.set_purpose_en("To sign you in");
  client.set_purpose_fr("Pour vous identifier");
  auto made = Repeat<v1::CreateClientResponse>("CreateClient", client);
  REQUIRE(made.ok());
  CHECK(Repeat<v1::CreateClientResponse>("CreateClient", client)->client_secret() ==
        made->client_secret());
  client.set_redirect_uris(0, "http://licences.example/callback");
  CHECK(rpc::ReasonOf(Repeat<v1::CreateClientResponse>("CreateClient", client).status()) ==
        "IDEMPOTENCY_KEY_REUSED");

  v1::CreatePersonRequest person;
  person.set_email("noor@example.test");
  person.set_password("a walk in the woods");
  person.set_given_name("Noor");
  person.set_family_name("Exemple");
  auto noor = Repeat<v1::Person>("CreatePerson", person);
  REQUIRE(noor.ok());
  CHECK(Repeat<v1::Person>("CreatePerson", person)->subject() == noor->subject());
  person.set_password("short");
  CHECK(rpc::ReasonOf(Repeat<v1::Person>("CreatePerson", person).status()) ==
        "IDEMPOTENCY_KEY_REUSED");
}

TEST_CASE_METHOD(KeyWorld, "Services: their ministry's id is told as it is stored") {
  v1::CreateServiceRequest request;
  request.set_ministry_id(absl::AsciiStrToUpper(NewService().ministry_id()));
  request.set_name_en("Licences");
  request.set_name_fr("Permis");
  auto made = Call<v1::MinistryService>("AdminService/CreateService", request, admin_token());
  REQUIRE(made.ok());
  CHECK(made->ministry_id() == absl::AsciiStrToLower(request.ministry_id()));
}

TEST_CASE_METHOD(KeyWorld, "API keys: whatever times a row holds, its service's keys are listed") {
  for (const char* stored :
       {"1816-03-30 05:56:08.066277+00", "infinity", "-infinity", "0044-03-15 12:00:00+00 BC",
        "294276-12-31 23:59:59.999999+00", "12345-06-07 08:09:10+00"}) {
    INFO(stored);
    NewApiKey(service_id, "pay", "test");
    database_value(std::string("UPDATE api_key SET expires_at = '") + stored +
                   "' WHERE expires_at IS NULL");
    auto keys = List();
    REQUIRE(keys.ok());
    for (const auto& key : keys->api_keys()) CHECK(rpc::IsValid(key.expire_time()));
  }
}

}  // namespace
}  // namespace tamarack::identity
