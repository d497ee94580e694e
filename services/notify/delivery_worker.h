#pragma once

#include "platform/smtp/smtp.h"
#include "services/notify/notification_repository.h"

#include <prometheus/registry.h>

#include <chrono>
#include <map>
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

// Sends what was accepted. Any number may run against one database: each claims rows for a while,
// and a killed one's rows are taken again when its claim ends. At least once; a repeated email
// carries the same Message-ID.
class DeliveryWorker {
 public:
  DeliveryWorker(boost::asio::any_io_executor executor, NotificationRepository& notifications,
                 smtp::Client& smtp, DeliveryOptions options, prometheus::Registry& registry);
  ~DeliveryWorker();

  void Start();
  // Looks for work now. On the loop.
  void Wake();
  // Claims no more and waits for what is under way. Off the loop, which must still run.
  void Stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tamarack::notify
