#pragma once

#include "platform/telemetry/metrics.h"

#include <string>

namespace tamarack::identity {

// What identity counts beyond calls and statements.
struct IdentityMetrics {
  explicit IdentityMetrics(prometheus::Registry& registry_)
      : registry(registry_),
        sign_ins(Make(registry, "tamarack_identity_sign_ins_total", "People signed in")),
        sign_in_failures(
            Make(registry, "tamarack_identity_sign_in_failures_total", "Sign-ins refused")),
        registrations(Make(registry, "tamarack_identity_registrations_total", "Accounts created")),
        consents(Make(registry, "tamarack_identity_consents_total", "Consents given")),
        consents_withdrawn(
            Make(registry, "tamarack_identity_consents_withdrawn_total", "Consents withdrawn")),
        claims_reads(Make(registry, "tamarack_identity_claims_reads_total",
                          "Readings of claims by clients")),
        code_reuses(Make(registry, "tamarack_identity_code_reuses_total",
                         "Authorization codes presented twice")),
        tokens_code(Make(registry, "tamarack_identity_tokens_total", "Tokens issued",
                         "authorization_code")),
        tokens_client(Make(registry, "tamarack_identity_tokens_total", "Tokens issued",
                           "client_credentials")),
        tokens_exchange(
            Make(registry, "tamarack_identity_tokens_total", "Tokens issued", "exchange")),
        emails_sent(
            Make(registry, "tamarack_identity_emails_accepted_total", "Emails accepted by notify")),
        emails_failed(Make(registry, "tamarack_identity_email_failures_total",
                           "Tries to hand an email to notify that failed")),
        emails_given_up(Make(registry, "tamarack_identity_emails_given_up_total",
                             "Emails that were never accepted: refused for good, or too old")) {}

  prometheus::Registry& registry;
  prometheus::Counter& sign_ins;
  prometheus::Counter& sign_in_failures;
  prometheus::Counter& registrations;
  prometheus::Counter& consents;
  prometheus::Counter& consents_withdrawn;
  prometheus::Counter& claims_reads;
  prometheus::Counter& code_reuses;
  prometheus::Counter& tokens_code;
  prometheus::Counter& tokens_client;
  prometheus::Counter& tokens_exchange;
  prometheus::Counter& emails_sent;
  prometheus::Counter& emails_failed;
  prometheus::Counter& emails_given_up;

 private:
  static prometheus::Counter& Make(prometheus::Registry& registry, const std::string& name,
                                   const std::string& help, const std::string& grant = {}) {
    return telemetry::Counter(
        registry, name, help,
        grant.empty() ? telemetry::Labels{} : telemetry::Labels{{"grant", grant}});
  }
};

}  // namespace tamarack::identity
