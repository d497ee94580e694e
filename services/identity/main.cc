#include "platform/auth/revocations.h"
#include "platform/idempotency/answer_repository.h"
#include "platform/pages/pages.h"
#include "platform/service/shell.h"
#include "services/identity/admin/admin_service.h"
#include "services/identity/authorization/authorize_service.h"
#include "services/identity/consent/account_service.h"
#include "services/identity/consent/directory_service.h"
#include "services/identity/exchange/credential_service.h"
#include "services/identity/key_uses.h"
#include "services/identity/keys/signing_key_command.h"
#include "services/identity/mail/email_worker.h"
#include "services/identity/mail/platform_calls.h"
#include "services/identity/migrations.h"
#include "services/identity/page_bundle.h"
#include "services/identity/protocol/audience.h"
#include "services/identity/sign_in/sign_in_service.h"
#include "services/identity/tokens/token_service.h"

#include <absl/flags/flag.h>

#include <cstdio>

ABSL_FLAG(std::string, service_secrets_dir, "",
          "folder with <name>.secret of gateway, payments, notify, tellusonce");
ABSL_FLAG(std::string, bootstrap_admin_secret_file, "",
          "file with the secret of the client `bootstrap` (platform.admin)");
ABSL_FLAG(std::string, notify_address, "127.0.0.1:8122", "host:port of notify's gRPC server");
ABSL_FLAG(std::string, email_code_template_id_en, "00000000-0000-7000-8000-0000000000e1",
          "notify's template of the confirmation email in English; made when it is not there");
ABSL_FLAG(std::string, email_code_template_id_fr, "00000000-0000-7000-8000-0000000000f1",
          "the same in French");
ABSL_FLAG(std::string, default_mode, "live",
          "live or sandbox: of people who come without a client, and of what is made without one");
ABSL_FLAG(bool, emergency, false,
          "with `signing-keys retire KID`: the key is good for nothing from now on");
ABSL_FLAG(std::string, brand_file, "",
          "brand.json: whose government this is; see platform/pages/brand.h");

int main(int argc, char** argv) {
  using namespace tamarack;
  service::Shell shell(argc, argv, "identity", identity::Migrations(), identity::UsesOfKeys,
                       {"signing-keys", identity::kSigningKeyUsage});
  const identity::Keyring keyring(shell.keyring());
  // Every token waits for the keys, and readiness hangs on them.
  const auto key_connection = shell.ReserveConnection("signing-keys");
  identity::SigningKeyRepository signing_keys(*key_connection, keyring);
  if (!shell.arguments().empty()) {
    return shell.RunCommand(identity::RunSigningKeyCommand(
        signing_keys, shell.redis(), shell.arguments(), absl::GetFlag(FLAGS_emergency)));
  }
  const auto internal_clients = identity::InternalClients::FromFiles(
      absl::GetFlag(FLAGS_service_secrets_dir), absl::GetFlag(FLAGS_bootstrap_admin_secret_file));
  auto brand = pages::LoadBrand(absl::GetFlag(FLAGS_brand_file));
  if (!brand.ok()) {
    std::fprintf(stderr, "--brand_file: %s\n", std::string(brand.status().message()).c_str());
    return 2;
  }
  const std::string mode_name = absl::GetFlag(FLAGS_default_mode);
  const auth::Mode default_mode = auth::ModeOf(mode_name);
  if (mode_name != auth::ModeName(default_mode)) {
    std::fprintf(stderr, "--default_mode: must be live or sandbox\n");
    return 2;
  }
  const pages::Renderer renderer(identity::PageBundle(), *std::move(brand),
                                 {.home = "/account", .nav = {{"NAV_ACCOUNT", "/account"}}});

  identity::IdentityMetrics metrics(shell.registry());
  identity::TenantRepository tenants(shell.database());
  identity::ApiKeyRepository api_keys(shell.database(), keyring);
  identity::PersonRepository people(shell.database(), keyring);
  identity::SubjectRepository subjects(shell.database(), keyring);
  identity::ConsentRepository consents(shell.database());
  identity::Sessions sessions(shell.redis(), SystemClock());
  identity::GrantRepository grants(shell.database());
  runtime::OffloadPool proof_pool(1);
  identity::Possession possession(shell.redis(), proof_pool, SystemClock());
  identity::Attempts attempts(shell.redis());
  identity::FailureRepository failures(shell.database());
  identity::DeviceRepository devices(shell.database());
  identity::SignInGuard guard(attempts, failures, devices);
  identity::Passwords passwords(shell.offload());

  identity::SigningKeys keys(shell.executor(), signing_keys, shell.offload(), SystemClock());
  identity::Interactions interactions(keyring, subjects, tenants, consents, keys, SystemClock());
  identity::TokenIssuer issuer(keys, shell.issuer(), SystemClock());
  identity::ClientAuthenticator clients(internal_clients, tenants);
  auto own_keys = [&]() -> Async<std::string> {
    CO_ASSIGN_OR_RETURN(auto set, co_await keys.Get());
    co_return set->jwks;
  };
  auto accepting = [&](std::string audience) {
    // They are near, and the gateway believes for some seconds more what was good here.
    constexpr std::chrono::seconds kAge{1};
    return auth::VerifierOptions{.issuer = shell.issuer(),
                                 .audience = std::move(audience),
                                 .keys_fresh_for = kAge,
                                 .keys_age_max = kAge};
  };
  auth::TokenVerifier verifier(shell.executor(), accepting(identity::kOwnAudience), own_keys);
  auth::TokenVerifier client_tokens(shell.executor(), accepting(issuer.client_audience()),
                                    own_keys);
  auto renew = [&] {
    keys.Renew();
    verifier.Renew();
    client_tokens.Renew();
  };
  shell.redis().Subscribe(auth::kRevocationChannel, [&](std::string_view) { renew(); }, renew);
  rpc::Interceptor interceptor(shell.executor(), &verifier, shell.registry());
  shell.AddReadyCheck({"signing_keys", [&]() -> AsyncStatus {
                         CO_ASSIGN_OR_RETURN(auto set, co_await keys.Get());
                         co_return set->es256.status();
                       }});
  shell.AddReadyCheck({"id_token_keys",
                       [&]() -> AsyncStatus {
                         CO_ASSIGN_OR_RETURN(auto set, co_await keys.Get());
                         co_return set->rs256.status();
                       },
                       /*is_hard=*/false});

  identity::OwnTokens own_tokens(issuer);
  const rpc::Target notify_target = shell.TargetOf("notify", absl::GetFlag(FLAGS_notify_address));
  rpc::Client notify(notify_target, own_tokens.ForSending());
  rpc::Client notify_templates(notify_target, own_tokens.ForTemplates());
  identity::EmailRepository waiting_emails(shell.database(), keyring);
  identity::EmailWorker emails(
      shell.executor(), waiting_emails, notify, notify_templates,
      identity::CodeEmailTemplates(renderer.catalogue(),
                                   absl::GetFlag(FLAGS_email_code_template_id_en),
                                   absl::GetFlag(FLAGS_email_code_template_id_fr)),
      metrics);
  identity::Registrations registrations(shell.database(), keyring, people, [&] { emails.Wake(); });
  work::Sweeper old_registrations(
      shell.executor(), {.name = "old registrations",
                         .every = std::chrono::seconds(60),
                         .batch = [&](int limit) { return registrations.ForgetOld(limit); }});
  emails.Start();
  old_registrations.Start();
  shell.InBackground([&]() -> boost::asio::awaitable<void> {
    // Who first needs it makes up for a failure.
    (void)co_await subjects.KeepFirstKey();
  });

  auto token_service =
      identity::MakeTokenService({interceptor, keys, issuer, clients, tenants, grants, consents,
                                  people, possession, shell.redis(), metrics});
  auto authorize_service =
      identity::MakeAuthorizeService({interceptor, renderer, issuer, interactions, tenants, people,
                                      consents, grants, sessions, subjects, metrics});
  auto sign_in_service = identity::MakeSignInService(
      {interceptor, renderer, interactions, people, registrations, sessions, passwords, attempts,
       guard, devices, keyring, metrics, default_mode});
  auto account_service = identity::MakeAccountService(
      {interceptor, renderer, people, consents, sessions, devices, shell.redis(), metrics});
  auto credential_service = identity::MakeCredentialService(
      {interceptor, client_tokens, issuer, internal_clients, clients, tenants, api_keys, consents,
       grants, sessions, possession, subjects, metrics});
  auto directory_service =
      identity::MakeDirectoryService(interceptor, people, tenants, consents, subjects);
  shell.Sweep(idempotency::Forgetting(shell.database()));
  shell.Sweep(grants.Forgetting());
  shell.Sweep(failures.Forgetting());
  shell.Sweep(devices.Forgetting());
  idempotency::Once once(shell.database(), keyring.sealer());
  auto admin_service = identity::MakeAdminService(interceptor, tenants, api_keys, people, passwords,
                                                  once, shell.redis(), default_mode);

  return shell.Run(
      {token_service.get(), authorize_service.get(), sign_in_service.get(), account_service.get(),
       credential_service.get(), directory_service.get(), admin_service.get()},
      [&] { work::StopAll(emails, old_registrations); });
}
