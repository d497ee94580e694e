#pragma once

#include "platform/idempotency/once.h"
#include "platform/rpc/unary.h"
#include "services/notify/notification_repository.h"
#include "services/notify/template_repository.h"

#include <functional>
#include <memory>
#include <string>

namespace tamarack::notify {

struct NotificationServiceOptions {
  std::string public_url;             // where the platform's API is, without a trailing slash
  std::string from_address;           // sender of emails
  std::function<void()> on_accepted;  // wakes the delivery worker
};

std::unique_ptr<grpc::Service> MakeNotificationService(rpc::Interceptor& rpc,
                                                       TemplateRepository& templates,
                                                       NotificationRepository& notifications,
                                                       idempotency::Once& once,
                                                       NotificationServiceOptions options);

}  // namespace tamarack::notify
