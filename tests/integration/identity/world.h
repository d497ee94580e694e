#pragma once

#include "platform/crypto/random.h"
#include "platform/json/strict.h"
#include "platform/redis/redis.h"
#include "platform/runtime/offload.h"
#include "services/identity/admin/admin_service.h"
#include "services/identity/authorization/authorize_service.h"
#include "services/identity/consent/account_service.h"
#include "services/identity/consent/directory_service.h"
#include "services/identity/exchange/credential_service.h"
#include "services/identity/mail/email_worker.h"
#include "services/identity/migrations.h"
#include "services/identity/page_bundle.h"
#include "services/identity/protocol/audience.h"
#include "services/identity/sign_in/sign_in_service.h"
#include "services/identity/tokens/token_service.h"
#include "tests/support/service_host.h"

#include "tamarack/api/v1/credential_service.pb.h"
#include "tamarack/identity/v1/admin_service.pb.h"
#include "tamarack/identity/v1/token_service.pb.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tamarack::identity {

// A back end to which the gateway routes a request.
struct Target {
  std::string audience = kOwnAudience;
  std::string owner = {};
  std::vector<std::string> scopes = {};  // Those that a plug-in's methods ask for.
};

// The whole of identity over real gRPC, PostgreSQL and Redis, wired as main() does, with a clock
// that tests can move.
struct World {
  const std::string redis_address;
  const std::string secret = crypto::RandomToken(32);
  std::chrono::seconds clock_offset{0};
  Clock clock = [this] { return Now() + clock_offset; };

  testing::ServiceHost host{Migrations()};
  redis::Client redis{host.executor(), redis_address};
  runtime::OffloadPool offload{2};
  crypto::Keyring ring{secret};
  Keyring keyring{ring};
  InternalClients internal = TestClients();
  IdentityMetrics metrics{host.registry()};
  TenantRepository tenants{host.pool()};
  ApiKeyRepository api_keys{host.pool(), keyring};
  PersonRepository people{host.pool(), keyring};
  SubjectRepository subjects{host.pool(), keyring};
  ConsentRepository consents{host.pool()};
  Sessions sessions{redis, clock};
  GrantRepository grants{host.pool()};
  runtime::OffloadPool proof_pool{1};
  Possession possession{redis, proof_pool, clock};
  Attempts attempts{redis};
  FailureRepository failures{host.pool()};
  DeviceRepository devices{host.pool()};
  SignInGuard guard{attempts, failures, devices};
  Passwords passwords{offload};
  int emails_queued = 0;
  Registrations registrations{host.pool(), keyring, people, [this] { ++emails_queued; }};
  pg::Pool key_connection{host.executor(), host.database().runtime_dsn(), 1};
  SigningKeyRepository signing_keys{key_connection, keyring};
  SigningKeys keys{host.executor(), signing_keys, offload, clock};
  Interactions interactions{keyring, subjects, tenants, consents, keys, clock};
  TokenIssuer issuer{keys, testing::kTestIssuer, clock};
  ClientAuthenticator clients{internal, tenants};
  std::map<std::string, std::unique_ptr<auth::TokenVerifier>> verifiers;  // by audience
  auth::TokenVerifier& client_tokens = Verifier(issuer.client_audience());
  rpc::Interceptor interceptor{host.executor(), &Verifier(kOwnAudience), host.registry()};
  std::unique_ptr<grpc::Service> token_service =
      MakeTokenService({interceptor, keys, issuer, clients, tenants, grants, consents, people,
                        possession, redis, metrics});
  std::unique_ptr<grpc::Service> authorize_service =
      MakeAuthorizeService({interceptor, TestPages(), issuer, interactions, tenants, people,
                            consents, grants, sessions, subjects, metrics});
  std::unique_ptr<grpc::Service> sign_in_service =
      MakeSignInService({interceptor, TestPages(), interactions, people, registrations, sessions,
                         passwords, attempts, guard, devices, keyring, metrics});
  std::unique_ptr<grpc::Service> account_service = MakeAccountService(
      {interceptor, TestPages(), people, consents, sessions, devices, redis, metrics});
  std::unique_ptr<grpc::Service> credential_service =
      MakeCredentialService({interceptor, client_tokens, issuer, internal, clients, tenants,
                             api_keys, consents, grants, sessions, possession, subjects, metrics});
  std::unique_ptr<grpc::Service> directory_service =
      MakeDirectoryService(interceptor, people, tenants, consents, subjects);
  idempotency::Once once{host.pool(), keyring.sealer()};
  std::unique_ptr<grpc::Service> admin_service =
      MakeAdminService(interceptor, tenants, api_keys, people, passwords, once, redis);

  std::string address;  // of its gRPC server

  explicit World(std::string redis_address_ = testing::RedisAddress())
      : redis_address(std::move(redis_address_)) {
    address = host.Serve({token_service.get(), authorize_service.get(), sign_in_service.get(),
                          account_service.get(), credential_service.get(), directory_service.get(),
                          admin_service.get()});
  }
  ~World() { host.Stop(); }

  static const pages::Renderer& TestPages() {
    static const auto& renderer = *new pages::Renderer(PageBundle(), pages::DefaultBrand(), {});
    return renderer;
  }
  static InternalClients TestClients() {
    InternalClients clients;
    for (const char* name : {"gateway", "payments", "notify", "tellusonce", "bootstrap"}) {
      clients.Add(name, std::string(name) + " secret");
    }
    return clients;
  }

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& method, const google::protobuf::Message& request,
                                const std::string& token = {},
                                std::map<std::string, std::string> metadata = {},
                                testing::Answer* answer = nullptr) {
    if (!token.empty()) metadata["authorization"] = "Bearer " + token;
    return host.Call<Response>("/tamarack.identity.v1." + method, request, nullptr, metadata,
                               answer);
  }

  absl::StatusOr<v1::TokenResponse> ClientToken(const std::string& id,
                                                const std::string& client_secret,
                                                const std::string& scope = {}) {
    v1::TokenRequest request;
    request.set_grant_type("client_credentials");
    request.set_client_id(id);
    request.set_client_secret(client_secret);
    request.set_scope(scope);
    return Call<v1::TokenResponse>("TokenService/Token", request);
  }
  std::string PlatformToken(const std::string& name) {
    return ClientToken(name, name + " secret")->access_token();
  }
  // What identity is sent in place of a client's token.
  std::string AtIdentity(const std::string& client_token) {
    return ExchangeBearer(client_token)->access_token();
  }

  // As the gateway does for a request to that back end.
  absl::StatusOr<api::v1::ExchangeResponse> Exchange(const api::v1::ExchangeRequest& credential,
                                                     const Target& target = {}) {
    api::v1::ExchangeRequest request = credential;
    request.set_client_id("gateway");
    request.set_client_secret("gateway secret");
    request.set_audience(target.audience);
    request.set_owner_ministry_id(target.owner);
    for (const std::string& scope : target.scopes) request.add_scopes(scope);
    return host.Call<api::v1::ExchangeResponse>("/tamarack.api.v1.CredentialService/Exchange",
                                                request, nullptr);
  }
  absl::StatusOr<api::v1::ExchangeResponse> ExchangeBearer(const std::string& bearer,
                                                           const Target& target = {}) {
    api::v1::ExchangeRequest request;
    request.set_bearer(bearer);
    return Exchange(request, target);
  }
  absl::StatusOr<api::v1::ExchangeResponse> ExchangeSession(const std::string& cookie,
                                                            const Target& target = {}) {
    api::v1::ExchangeRequest request;
    request.set_session(cookie);
    return Exchange(request, target);
  }
  static absl::StatusOr<auth::Principal> Copied(
      const absl::StatusOr<auth::PrincipalPtr>& principal) {
    if (!principal.ok()) return principal.status();
    return **principal;
  }
  // What a service of that name makes of the token.
  absl::StatusOr<auth::Principal> Principal(const std::string& token,
                                            const std::string& audience = kOwnAudience) {
    return Copied(host.Await(Verifier(audience).Verify(token)));
  }
  // What a token of the token endpoint says, bound or not.
  absl::StatusOr<auth::Principal> ClientPrincipal(const std::string& token) {
    return Copied(host.Await(client_tokens.VerifyBound(token)));
  }

  // A ministry with one service.
  v1::MinistryService NewService(const std::string& name = "Transportation") {
    v1::CreateMinistryRequest ministry;
    ministry.set_name_en(name);
    ministry.set_name_fr(name + " (fr)");
    v1::CreateServiceRequest service;
    service.set_ministry_id(
        Call<v1::Ministry>("AdminService/CreateMinistry", ministry, admin_token())->ministry_id());
    service.set_name_en(name + " service");
    service.set_name_fr("Service " + name);
    return *Call<v1::MinistryService>("AdminService/CreateService", service, admin_token());
  }
  v1::CreateClientResponse NewClient(const std::string& service_id,
                                     const std::string& mode = "live") {
    v1::CreateClientRequest client;
    client.set_mode(mode);
    client.set_service_id(service_id);
    client.add_redirect_uris("https://ministry.test/callback");
    for (const char* scope : {"openid", "profile", "email", "address", "tellusonce.subscriber"})
      client.add_scopes(scope);
    client.set_purpose_en("To renew your licence");
    client.set_purpose_fr("Pour renouveler votre permis");
    return *Call<v1::CreateClientResponse>("AdminService/CreateClient", client, admin_token());
  }
  v1::CreateApiKeyResponse NewApiKey(const std::string& service_id, const std::string& kind,
                                     const std::string& type,
                                     const std::vector<std::string>& scopes = {}) {
    v1::CreateApiKeyRequest key;
    key.mutable_scopes()->Add(scopes.begin(), scopes.end());
    key.set_service_id(service_id);
    key.set_kind(kind);
    key.set_key_type(type);
    key.set_name("some-name");
    return *Call<v1::CreateApiKeyResponse>("AdminService/CreateApiKey", key, admin_token());
  }
  std::string NewPerson(const std::string& email,
                        const std::string& password = "a walk in the woods",
                        const std::string& mode = "live") {
    v1::CreatePersonRequest person;
    person.set_mode(mode);
    person.set_email(email);
    person.set_password(password);
    person.set_given_name("Zoé");
    person.set_family_name("Exemple");
    person.mutable_address()->set_line_1("12 Elm Street");
    person.mutable_address()->set_city("Sudbury");
    person.mutable_address()->set_province("ON");
    person.mutable_address()->set_postal_code("P3E 2W9");
    return Call<v1::Person>("AdminService/CreatePerson", person, admin_token())->subject();
  }

  // What is to be sent next to a person who registers.
  boost::json::object LastEmail() {
    std::string newest = "FROM email_outbox ORDER BY email_id DESC LIMIT 1";
    std::string id = database_value("SELECT email_id " + newest);
    auto text = keyring.sealer().Open(database_value("SELECT request_sealed " + newest),
                                      "email_outbox/" + id);
    return *ParseStrictObject(*text);
  }

  std::string database_value(const std::string& sql) { return host.database().Execute(sql); }

  const std::string& admin_token() {
    if (admin_token_.empty()) admin_token_ = AtIdentity(PlatformToken("bootstrap"));
    return admin_token_;
  }

 private:
  auth::TokenVerifier& Verifier(const std::string& audience) {
    auto& verifier = verifiers[audience];
    if (!verifier) {
      verifier = std::make_unique<auth::TokenVerifier>(
          host.executor(),
          auth::VerifierOptions{.issuer = testing::kTestIssuer, .audience = audience, .now = clock},
          [this]() -> Async<std::string> {
            CO_ASSIGN_OR_RETURN(auto set, co_await keys.Get());
            co_return set->jwks;
          });
    }
    return *verifier;
  }

  std::string admin_token_;
};

}  // namespace tamarack::identity
