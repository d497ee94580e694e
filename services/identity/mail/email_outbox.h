// Emails that identity has to send, handed to notify by a worker.
#pragma once

#include "platform/base/status.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/postgres.h"
#include "platform/rpc/client.h"
#include "platform/work/sweeper.h"
#include "platform/work/worker.h"
#include "services/identity/keys/keyring.h"
#include "services/identity/metrics.h"

#include <memory>
#include <string>
#include <string_view>

namespace tamarack::identity {

// The emails that wait, which identity's keyring seals.
keys::KeyedColumn EmailOutboxColumn(const Keyring& keyring);

// A code on its way to an email address.
struct CodeEmail {
  std::string address;
  std::string language;
  std::string code;
};

// The statement that queues the email, to be run in the transaction of what it tells of.
pg::Call QueueEmail(const Keyring& keyring, const CodeEmail& email);

// The template of the code's email in each language; made at notify, if it is not there, with the
// texts of the catalogue.
struct EmailTemplate {
  std::string id;
  std::string subject;
  std::string body;
};
struct EmailTemplates {
  EmailTemplate en;
  EmailTemplate fr;
};

// Hands what is due to notify, again and again until it is accepted: a row's id is the idempotency
// key, so nothing is sent twice. Any number may run against one database. What is too old to be of
// use goes unsent.
class EmailWorker {
 public:
  // `admin_notify` calls with the right to create templates.
  EmailWorker(boost::asio::any_io_executor executor, pg::Pool& pool, const Keyring& keyring,
              rpc::Client& notify, rpc::Client& admin_notify, EmailTemplates templates,
              IdentityMetrics& metrics);
  ~EmailWorker();

  void Start();
  // Looks for work now.
  void Wake() { worker_.Wake(); }
  // Waits for what is under way. Off the loop, which must still run.
  void Stop();

 private:
  class Sender;
  const std::unique_ptr<Sender> sender_;
  work::Worker worker_;
  work::Sweeper forgetting_;
};

}  // namespace tamarack::identity
