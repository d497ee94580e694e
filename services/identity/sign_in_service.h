#pragma once

#include "platform/pages/pages.h"
#include "platform/rpc/unary.h"
#include "services/identity/attempts.h"
#include "services/identity/device_repository.h"
#include "services/identity/interaction.h"
#include "services/identity/keyring.h"
#include "services/identity/metrics.h"
#include "services/identity/passwords.h"
#include "services/identity/person_repository.h"
#include "services/identity/registrations.h"
#include "services/identity/sessions.h"
#include "services/identity/sign_in_guard.h"

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
