#pragma once

#include "platform/smtp/smtp.h"
#include "platform/work/sweeper.h"
#include "platform/work/worker.h"
#include "services/notify/notification_repository.h"

#include <prometheus/registry.h>

#include <chrono>
#include <memory>
#include <string>

namespace tamarack::notify {

struct DeliveryOptions {
  std::string smtp_url;  // smtp://host:port of the relay
  std::string smtp_username;
  std::string smtp_password;
  bool require_tls = false;
  std::string smtp_ca_file;
  std::string from_name;
  std::string from_address;
  std::string message_id_domain;
  std::chrono::seconds smtp_timeout{20};
  // How often to look for what is due again; new work is announced by Wake.
  std::chrono::milliseconds tick{1000};
  int in_flight_max = 16;
  int retention_days = 7;
};

// Sends what was accepted. Any number may run against one database. At least once; a repeated email
// carries the same Message-ID. While the relay is out of order one email at a time finds out
// whether it still is, and none loses an attempt.
class DeliveryWorker {
 public:
  DeliveryWorker(boost::asio::any_io_executor executor, NotificationRepository& notifications,
                 smtp::Client& smtp, DeliveryOptions options, prometheus::Registry& registry);
  ~DeliveryWorker();

  void Start();
  // Looks for work now.
  void Wake() { worker_.Wake(); }
  // Claims no more and waits for what is under way. Off the loop, which must still run.
  void Stop();

 private:
  class Mailer;
  const std::unique_ptr<Mailer> mailer_;
  work::Worker worker_;
  work::Sweeper forgetting_;
};

}  // namespace tamarack::notify
