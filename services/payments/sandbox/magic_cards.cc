#include "services/payments/sandbox/magic_cards.h"

#include <algorithm>
#include <iterator>

namespace tamarack::payments::sandbox {
namespace {

constexpr std::string_view kGood[] = {
    "4242424242424242", "4444333322221111", "4917610000000000003", "4000056655665556",
    "371449635398431",  "3566002020360505", "6011000990139424",    "36148900647913",
    "2221000000000009", "2223000048400011", "4000000000000010",    "4000160000000004",
    "4000020000000000", "4988080000000000", "4111111111111111",    "4293189100000008",
    "5101180000000007", "4131840000000003", "4000180000000002",    "5200828282828210",
    "5105105105105100", "5555555555554444",
};

constexpr struct {
  std::string_view number;
  const char* reason;
} kDeclined[] = {{"4000000000000002", "declined"},
                 {"4000000000000069", "expired_card"},
                 {"4000000000000127", "incorrect_cvc"},
                 {"6759649826438453", "type_not_accepted"}};

constexpr std::string_view kSlowCard = "4000009900000012";
constexpr std::string_view kLostAnswerCard = "4000009900000020";
constexpr std::string_view kServerErrorCard = "4000009900000038";

}  // namespace

Verdict VerdictOn(std::string_view number) {
  using enum Verdict::Outcome;
  using enum Verdict::Manner;
  if (std::find(std::begin(kGood), std::end(kGood), number) != std::end(kGood)) return {};
  for (const auto& card : kDeclined) {
    if (card.number == number) return {kDecline, card.reason, kPrompt};
  }
  if (number == kSlowCard) return {kAuthorise, "", Verdict::Manner::kSlow};
  if (number == kLostAnswerCard) return {kAuthorise, "", Verdict::Manner::kLostAnswer};
  if (number == kServerErrorCard) return {kAuthorise, "", Verdict::Manner::kServerError};
  return {kFail, number == "4000000000000119" ? "processing_error" : "unknown_card", kPrompt};
}

}  // namespace tamarack::payments::sandbox
