#include "services/payments/payer_seal.h"

#include "platform/base/status.h"
#include "platform/json/strict.h"

#include <boost/json/serialize.hpp>

#include <utility>

namespace tamarack::payments {
namespace {

constexpr std::pair<const char*, std::string Payer::*> kMembers[] = {
    {"email", &Payer::email},       {"cardholder_name", &Payer::cardholder_name},
    {"line1", &Payer::line1},       {"line2", &Payer::line2},
    {"city", &Payer::city},         {"province", &Payer::province},
    {"postcode", &Payer::postcode}, {"country", &Payer::country},
};

}  // namespace

std::string PayerPlace(std::string_view payment_id) {
  return absl::StrCat("payment.payer|", ToAbsl(payment_id));
}

std::string SealPayer(const crypto::Sealer& sealer, std::string_view payment_id,
                      const Payer& payer) {
  boost::json::object object;
  for (const auto& [name, member] : kMembers) {
    if (!(payer.*member).empty()) object[name] = payer.*member;
  }
  return object.empty() ? "" : sealer.Seal(boost::json::serialize(object), PayerPlace(payment_id));
}

absl::StatusOr<Payer> OpenPayer(const crypto::Sealer& sealer, std::string_view payment_id,
                                std::string_view sealed) {
  Payer payer;
  if (sealed.empty()) return payer;
  auto text = sealer.OpenRow({"payment", payment_id}, sealed, PayerPlace(payment_id));
  if (!text.ok()) return text.status();
  auto object = ParseStrictObject(*text);
  if (!object.ok()) return object.status();
  for (const auto& [name, member] : kMembers) payer.*member = StringMember(*object, name);
  return payer;
}

}  // namespace tamarack::payments
