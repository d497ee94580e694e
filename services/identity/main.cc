#include "platform/crypto/hash.h"
#include "platform/service/shell.h"
#include "services/identity/admin_service.h"
#include "services/identity/credential_service.h"
#include "services/identity/directory_service.h"
#include "services/identity/migrations.h"
#include "services/identity/token_service.h"

#include <absl/flags/flag.h>

ABSL_FLAG(std::string, service_secrets_dir, "", "folder with <name>.secret of gateway, payments, notify, tellusonce");
ABSL_FLAG(std::string, bootstrap_admin_secret_file, "", "file with the secret of the client `bootstrap` (platform.admin)");

int main(int argc, char** argv) {
  using namespace tamarack;
  service::Shell shell(argc, argv, "identity", identity::Migrations());
  const std::string secret = shell.secret_key();
  const std::string pay_checksum_secret = crypto::DeriveKey(secret, "identity.pay_checksum");
  const identity::Keyring keyring(secret);
  const auto internal_clients = identity::InternalClients::FromFiles(absl::GetFlag(FLAGS_service_secrets_dir),
                                                                     absl::GetFlag(FLAGS_bootstrap_admin_secret_file));

  identity::IdentityMetrics metrics(shell.registry());
  identity::TenantRepository tenants(shell.database());
  identity::ApiKeyRepository api_keys(shell.database(), keyring);
  identity::PersonRepository people(shell.database(), keyring);
  identity::ConsentRepository consents(shell.database());
  identity::Sessions sessions(shell.redis(), SystemClock());
  identity::AuthorizationCodes codes(shell.redis());
  identity::Passwords passwords(shell.offload());

  identity::SigningKeys keys(shell.executor(), shell.database(), shell.offload(), keyring);
  identity::TokenIssuer issuer(keys, shell.issuer(), SystemClock());
  identity::ClientAuthenticator clients(internal_clients, tenants);
  auth::TokenVerifier verifier(shell.executor(), {.issuer = shell.issuer()}, [&]() -> Async<std::string> {
    CO_ASSIGN_OR_RETURN(const auto* set, co_await keys.Get());
    co_return set->jwks;
  });
  rpc::Interceptor interceptor(shell.executor(), &verifier, shell.registry());
  shell.AddReadyCheck({"signing_keys", [&]() -> AsyncStatus { co_return (co_await keys.Get()).status(); }});

  auto token_service = identity::MakeTokenService(
      {interceptor, keys, issuer, clients, tenants, codes, consents, people, metrics});
  auto credential_service =
      identity::MakeCredentialService({interceptor, verifier, issuer, internal_clients, clients, tenants, api_keys, codes,
                                       sessions, keyring, metrics, pay_checksum_secret});
  auto directory_service = identity::MakeDirectoryService(interceptor, people, tenants, keyring);
  auto admin_service =
      identity::MakeAdminService(interceptor, tenants, api_keys, people, passwords, pay_checksum_secret);

  return shell.Run({token_service.get(), credential_service.get(), directory_service.get(), admin_service.get()});
}
