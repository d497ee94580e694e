#include "services/identity/admin/admin_service.h"

#include "platform/base/clock.h"
#include "platform/base/id.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"
#include "platform/rpc/timestamp.h"
#include "platform/text/text.h"
#include "services/identity/admin/admin_rules.h"
#include "services/identity/api_keys/api_key_format.h"
#include "services/identity/api_keys/api_key_rules.h"
#include "services/identity/clients/client_rules.h"
#include "services/identity/keys/revocation_announcement.h"

#include "tamarack/identity/v1/admin_service.grpc.pb.h"

namespace tamarack::identity {
namespace {

class AdminService final : public v1::AdminService::CallbackService {
 public:
  using Api = v1::AdminService;
  AdminService(rpc::Interceptor& interceptor, TenantRepository& tenants, ApiKeyRepository& api_keys,
               PersonRepository& people, Passwords& passwords, idempotency::Once& once,
               redis::Client& redis, auth::Mode default_mode)
      : rpc_(interceptor),
        tenants_(tenants),
        api_keys_(api_keys),
        people_(people),
        passwords_(passwords),
        once_(once),
        redis_(redis),
        default_mode_(default_mode) {}

  TAMARACK_UNARY(CreateMinistry, v1::CreateMinistryRequest, v1::Ministry) {
    co_return co_await once_.Run<v1::Ministry>(
        context, request, [&](pg::Tx& tx) { return tenants_.InsertMinistry(tx, request); });
  }

  TAMARACK_UNARY(ListMinistries, v1::ListMinistriesRequest, v1::ListMinistriesResponse) {
    CO_ASSIGN_OR_RETURN(auto ministries, co_await tenants_.ListMinistries());
    v1::ListMinistriesResponse response;
    for (auto& ministry : ministries) *response.add_ministries() = std::move(ministry);
    co_return response;
  }

  TAMARACK_UNARY(CreateService, v1::CreateServiceRequest, v1::MinistryService) {
    co_return co_await once_.Run<v1::MinistryService>(
        context, request, [&](pg::Tx& tx) { return tenants_.InsertService(tx, request); });
  }

  TAMARACK_UNARY(ListServices, v1::ListServicesRequest, v1::ListServicesResponse) {
    CO_ASSIGN_OR_RETURN(auto services, co_await tenants_.ListServices(request.ministry_id()));
    v1::ListServicesResponse response;
    for (auto& service : services) *response.add_services() = std::move(service);
    co_return response;
  }

  TAMARACK_UNARY(CreateClient, v1::CreateClientRequest, v1::CreateClientResponse) {
    std::string secret = crypto::RandomToken(32);
    OauthClient client;
    client.id = NewUuid();
    client.service_id = request.service_id();
    client.secret_sha256 = crypto::Sha256Hex(secret);
    client.redirect_uris.assign(request.redirect_uris().begin(), request.redirect_uris().end());
    client.scopes.insert(request.scopes().begin(), request.scopes().end());
    client.purpose_en = text::TidyLine(request.purpose_en());
    client.purpose_fr = text::TidyLine(request.purpose_fr());
    if (request.has_id_token_signed_response_alg())
      client.id_token_alg = request.id_token_signed_response_alg();
    client.mode = request.has_mode() ? request.mode() : auth::ModeName(default_mode_);
    client.is_dpop_bound = request.dpop_bound_access_tokens();
    client.is_certificate_bound = request.tls_client_certificate_bound_access_tokens();
    auto prepare = [&]() -> AsyncStatus { co_return CheckClient(request); };
    auto effect = [&](pg::Tx& tx) -> Async<v1::CreateClientResponse> {
      CO_ASSIGN_OR_RETURN(auto inserted, co_await tenants_.InsertClient(tx, client));
      v1::CreateClientResponse response;
      *response.mutable_client() = ToProto(inserted);
      response.set_client_secret(secret);
      co_return response;
    };
    co_return co_await once_.Run<v1::CreateClientResponse>(context, request, prepare, effect);
  }

  TAMARACK_UNARY(SetClientEnabled, v1::SetClientEnabledRequest, v1::Client) {
    CO_ASSIGN_OR_RETURN(
        auto client, co_await tenants_.SetClientEnabled(request.client_id(), request.is_enabled()));
    if (!client.is_enabled) co_await AnnounceRevocation(redis_);
    co_return ToProto(client);
  }

  TAMARACK_UNARY(CreateApiKey, v1::CreateApiKeyRequest, v1::CreateApiKeyResponse) {
    std::string secret = NewSecret(request.kind());
    auto prepare = [&]() -> AsyncStatus { co_return CheckNewApiKey(request, Now()); };
    auto effect = [&](pg::Tx& tx) -> Async<v1::CreateApiKeyResponse> {
      v1::CreateApiKeyResponse response;
      CO_ASSIGN_OR_RETURN(*response.mutable_api_key(),
                          co_await api_keys_.Insert(tx, request, secret));
      response.set_secret(Presented(response.api_key(), secret));
      co_return response;
    };
    co_return co_await once_.Run<v1::CreateApiKeyResponse>(context, request, prepare, effect);
  }

  TAMARACK_UNARY(RotateApiKey, v1::RotateApiKeyRequest, v1::CreateApiKeyResponse) {
    v1::ApiKey key;
    std::string secret;
    auto prepare = [&]() -> AsyncStatus {
      CO_RETURN_IF_ERROR(CheckRotation(request, Now()));
      CO_ASSIGN_OR_RETURN(key, co_await api_keys_.Get(request.api_key_id()));
      secret = NewSecret(key.kind());
      co_return absl::OkStatus();
    };
    TimePoint previous_expires = request.has_previous_secret_expire_time()
                                     ? rpc::FromTimestamp(request.previous_secret_expire_time())
                                     : Now();
    auto effect = [&](pg::Tx& tx) -> Async<v1::CreateApiKeyResponse> {
      v1::CreateApiKeyResponse response;
      CO_ASSIGN_OR_RETURN(*response.mutable_api_key(),
                          co_await api_keys_.Rotate(tx, key, secret, previous_expires));
      response.set_secret(Presented(key, secret));
      co_return response;
    };
    auto rotated = co_await once_.Run<v1::CreateApiKeyResponse>(context, request, prepare, effect);
    // An earlier secret has ended: the one that was in use, or without an overlap the last one.
    if (rotated.ok()) co_await AnnounceRevocation(redis_);
    co_return rotated;
  }

  TAMARACK_UNARY(ListApiKeys, v1::ListApiKeysRequest, v1::ListApiKeysResponse) {
    CO_ASSIGN_OR_RETURN(auto keys, co_await api_keys_.List(request.service_id()));
    v1::ListApiKeysResponse response;
    for (auto& key : keys) *response.add_api_keys() = std::move(key);
    co_return response;
  }

  TAMARACK_UNARY(RevokeApiKey, v1::RevokeApiKeyRequest, v1::ApiKey) {
    CO_ASSIGN_OR_RETURN(auto key, co_await api_keys_.Revoke(request.api_key_id()));
    co_await AnnounceRevocation(redis_);
    co_return key;
  }

  TAMARACK_UNARY(CreatePerson, v1::CreatePersonRequest, v1::Person) {
    NewPerson person = TidyPerson(request);
    person.mode = request.has_mode() ? auth::ModeOf(request.mode()) : default_mode_;
    auto prepare = [&]() -> AsyncStatus {
      CO_RETURN_IF_ERROR(CheckPerson(person, request.password()));
      CO_ASSIGN_OR_RETURN(person.password_hash, co_await passwords_.Hash(request.password()));
      co_return absl::OkStatus();
    };
    auto effect = [&](pg::Tx& tx) -> Async<v1::Person> {
      auto inserted = co_await people_.Insert(tx, person);
      if (absl::IsAlreadyExists(inserted.status()))
        co_return absl::AlreadyExistsError("the email address has an account");
      CO_RETURN_IF_ERROR(inserted.status());
      v1::Person response;
      response.set_subject(inserted->subject);
      co_return response;
    };
    co_return co_await once_.Run<v1::Person>(context, request, prepare, effect);
  }

 private:
  static std::string NewSecret(std::string_view kind) {
    return kind == "pay" ? NewPayKey() : NewNotifySecret();
  }
  // What the ministry's program is given of a secret.
  static std::string Presented(const v1::ApiKey& key, const std::string& secret) {
    return key.kind() == "pay" ? secret : FormatNotifyKey(key.name(), key.service_id(), secret);
  }

  rpc::Interceptor& rpc_;
  TenantRepository& tenants_;
  ApiKeyRepository& api_keys_;
  PersonRepository& people_;
  Passwords& passwords_;
  idempotency::Once& once_;
  redis::Client& redis_;
  const auth::Mode default_mode_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAdminService(rpc::Interceptor& interceptor,
                                                TenantRepository& tenants,
                                                ApiKeyRepository& api_keys,
                                                PersonRepository& people, Passwords& passwords,
                                                idempotency::Once& once, redis::Client& redis,
                                                auth::Mode default_mode) {
  return std::make_unique<AdminService>(interceptor, tenants, api_keys, people, passwords, once,
                                        redis, default_mode);
}

}  // namespace tamarack::identity
