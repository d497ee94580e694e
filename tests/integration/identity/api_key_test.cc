#include "platform/rpc/timestamp.h"
#include "tests/integration/identity/world.h"

#include <google/protobuf/util/time_util.h>
#include <catch2/catch.hpp>

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
