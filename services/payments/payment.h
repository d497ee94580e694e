#pragma once

#include "platform/auth/owner.h"
#include "platform/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tamarack::payments {

// Where a payment stands; the numbers are in the database. Callers of the API see fewer:
// payment_rules.h.
enum class Status : int16_t {
  kCreated = 1,
  kEnteringCardDetails = 2,
  kAuthorisationSubmitted = 3,  // the processor was asked; its answer may be unknown
  kAuthorisationSuccess = 4,    // the amount is reserved on the card
  kCaptureApproved = 5,         // the person confirmed; a worker captures
  kCaptured = 6,
  kAuthorisationRejected = 7,
  kExpired = 8,
  kUserCancelled = 9,
  kSystemCancelled = 10,
  kAuthorisationError = 11,
  kCaptureError = 12,
};

enum class AttemptStatus : int16_t {
  kSubmitted = 1,
  kAuthorised = 2,
  kDeclined = 3,
  kFailed = 4,
  kReleased = 5,
  kCaptured = 6,
};

// Who pays. Sealed at rest.
struct Payer {
  std::string email;
  std::string cardholder_name;
  std::string line1;
  std::string line2;
  std::string city;
  std::string province;
  std::string postcode;
  std::string country;
};

// What may be kept of a card.
struct CardSummary {
  std::string brand;  // "visa", "master-card", "american-express", …
  std::string type;   // "credit" or "debit"
  std::string last_digits;
  std::string first_digits;
  std::string expiry_date;  // "11/27"
};

// The newest card tried for a payment.
struct Attempt {
  std::string id;
  int number = 0;
  AttemptStatus status = AttemptStatus::kSubmitted;
  std::string reason;
  std::string provider_id;
  CardSummary card;
};

struct Payment {
  std::string id;
  auth::Owner owner;
  std::string ministry_id;
  int64_t amount_cents = 0;
  std::string currency = "CAD";
  std::string reference;
  std::string description;
  std::string return_url;
  std::string language = "en";
  std::string metadata = "{}";  // JSON
  Payer payer;
  Status status = Status::kCreated;
  TimePoint created_at;
  std::optional<TimePoint> capture_approved_at;
  std::optional<TimePoint> captured_at;
  std::optional<Attempt> attempt;
};

struct PaymentEvent {
  Status status = Status::kCreated;
  TimePoint created_at;
};

}  // namespace tamarack::payments
