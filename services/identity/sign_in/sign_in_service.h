#pragma once

#include "platform/pages/pages.h"
#include "platform/rpc/unary.h"
#include "services/identity/authentication/attempts.h"
#include "services/identity/authentication/device_repository.h"
#include "services/identity/authentication/sessions.h"
#include "services/identity/authentication/sign_in_guard.h"
#include "services/identity/authorization/interaction.h"
#include "services/identity/keys/keyring.h"
#include "services/identity/metrics.h"
#include "services/identity/passwords/passwords.h"
#include "services/identity/people/person_repository.h"
#include "services/identity/sign_in/registrations.h"

#include <grpcpp/impl/service_type.h>

#include <memory>

namespace tamarack::identity {

struct SignInServiceParts {
  rpc::Interceptor& rpc;
  const pages::Renderer& pages;
  Interactions& interactions;
  PersonRepository& people;
  Registrations& registrations;
  Sessions& sessions;
  Passwords& passwords;
  Attempts& attempts;
  SignInGuard& guard;
  DeviceRepository& devices;
  const Keyring& keyring;
  IdentityMetrics& metrics;
  // Of people who come without a client.
  auth::Mode default_mode = auth::Mode::kLive;
};

std::unique_ptr<grpc::Service> MakeSignInService(const SignInServiceParts& parts);

}  // namespace tamarack::identity
