// Hands the emails that wait to notify.
#pragma once

#include "platform/rpc/client.h"
#include "platform/work/sweeper.h"
#include "platform/work/worker.h"
#include "services/identity/mail/email_repository.h"
#include "services/identity/metrics.h"

#include <memory>
#include <string>

namespace tamarack::identity {

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
  EmailWorker(boost::asio::any_io_executor executor, EmailRepository& emails, rpc::Client& notify,
              rpc::Client& admin_notify, EmailTemplates templates, IdentityMetrics& metrics);
  ~EmailWorker();

  void Start();
  // Looks for work now.
  void Wake() { worker_.Wake(); }
  // Claims no more.
  void AskToStop();
  // The same, and waits for what is under way. Off the loop, which must still run.
  void Stop();

 private:
  class Mailer;
  const std::unique_ptr<Mailer> mailer_;
  work::Worker worker_;
  work::Sweeper forgetting_;
};

}  // namespace tamarack::identity
