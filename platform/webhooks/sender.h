// What a service needs to tell its subscribers of events: the outbox, and who sends what it holds.
#pragma once

#include "platform/curl/multi.h"
#include "platform/http/client.h"
#include "platform/webhooks/dispatcher.h"
#include "platform/webhooks/outbox.h"
#include "platform/work/sweeper.h"

namespace tamarack::webhooks {

// Made in main(), after the flags are parsed: whom webhooks may reach (--webhook_allow_loopback,
// --webhook_allowed_hosts), how soon they are tried again (--webhook_retry_scale) and how long they
// are kept (--webhook_retention_days). One policy for what may be registered and what may be sent
// to. Everything passed must outlive it.
class Sender {
 public:
  Sender(boost::asio::any_io_executor executor, curl::Multi& curl, pg::Pool& pool,
         const crypto::Sealer& sealer, prometheus::Registry& registry);

  Outbox& outbox() { return outbox_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  // What deletes deliveries and events that are older than --webhook_retention_days.
  work::Sweep Forgetting() const;

 private:
  pg::Pool& pool_;
  http::Client client_;
  Outbox outbox_;
  Dispatcher dispatcher_;
};

}  // namespace tamarack::webhooks
