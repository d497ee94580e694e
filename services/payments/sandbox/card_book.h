#pragma once

#include "services/payments/sandbox/journal.h"
#include "services/payments/sandbox/magic_cards.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace tamarack::payments::sandbox {

// What the sandbox processor knows of one reference.
struct Authorisation {
  std::string reference;
  std::string order;  // the payment it was made for
  int64_t amount = 0;
  std::string currency;
  std::string last_digits;
  std::string state;  // "authorised", "declined", "failed", "captured", "released"
  std::string reason;
  std::string provider_id;
};
boost::json::object ToJson(const Authorisation& authorisation);

// The sandbox processor's books. Every change is durable before it is returned; every call is
// idempotent by reference.
class CardBook {
 public:
  explicit CardBook(const std::string& state_file);

  // A known reference keeps what it has, whatever card comes with it. Null when it was made for
  // another amount.
  const Authorisation* Authorise(Authorisation request, const Verdict& verdict);
  // Captures what is authorised; anything else stays as it is. Null when the reference is unknown.
  const Authorisation* Capture(const std::string& reference);
  // Gives back what is authorised. An unknown reference is remembered as released, so that an
  // authorisation which arrives late reserves nothing.
  const Authorisation* Release(const std::string& reference);
  const Authorisation* Find(const std::string& reference) const;
  boost::json::array All() const;

 private:
  const Authorisation* Write(Authorisation authorisation);

  std::map<std::string, Authorisation> by_reference_;
  int64_t count_ = 0;
  Journal journal_;
};

}  // namespace tamarack::payments::sandbox
