#pragma once

#include "platform/base/status.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace tamarack::payments {

// A card as the person typed it. Lives in memory from the form to the processor's request, and
// nowhere else.
struct Card {
  std::string number;  // digits only
  std::string security_code;
  int expiry_month = 0;
  int expiry_year = 0;  // four digits
  std::string holder;
};

struct AuthorisationRequest {
  // Ours, an attempt's id: at most one authorisation is ever made under it.
  std::string reference;
  std::string payment_id;
  int64_t amount_cents = 0;
  std::string currency;
  Card card;
};

// What a processor knows of one reference.
struct ProcessorAnswer {
  enum class State {
    kUnknown,     // never heard of it
    kAuthorised,  // the amount is reserved
    kDeclined,    // nothing is reserved; another card may do
    kFailed,      // nothing is reserved; the processor itself failed for good
    kCaptured,
    kReleased,  // nothing is reserved, and never will be under this reference
  };
  State state = State::kUnknown;
  std::string provider_id;
  std::string reason;
};

// A card processor. An error status always means that the outcome is unknown: ask with Query, never
// authorise under another reference. FAILED_PRECONDITION: the processor is well and refuses this
// reference; UNAVAILABLE: it was not reached, or hung up; any other: it is out of order, or too
// slow. Every call is idempotent by reference.
class Processor {
 public:
  virtual ~Processor() = default;
  // `payment_provider` of the API, and the name of its ledger account.
  virtual std::string_view name() const = 0;
  virtual Async<ProcessorAnswer> Authorise(const AuthorisationRequest& request) = 0;
  virtual Async<ProcessorAnswer> Capture(std::string reference, int64_t amount_cents) = 0;
  // Gives back what is reserved. For a reference it does not know, the processor must remember to
  // refuse an authorisation that arrives late: after kReleased nothing can be charged under it.
  virtual Async<ProcessorAnswer> Release(std::string reference) = 0;
  virtual Async<ProcessorAnswer> Query(std::string reference) = 0;
};

}  // namespace tamarack::payments
