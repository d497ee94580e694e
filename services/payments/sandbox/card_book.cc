#include "services/payments/sandbox/card_book.h"

#include <utility>

namespace tamarack::payments::sandbox {
namespace {

std::string Member(const boost::json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

Authorisation FromJson(const boost::json::object& line) {
  const auto* amount = line.if_contains("amount");
  return {.reference = Member(line, "reference"),
          .order = Member(line, "order"),
          .amount = amount != nullptr && amount->is_int64() ? amount->get_int64() : 0,
          .currency = Member(line, "currency"),
          .last_digits = Member(line, "last_digits"),
          .state = Member(line, "state"),
          .reason = Member(line, "reason"),
          .provider_id = Member(line, "provider_id")};
}

}  // namespace

boost::json::object ToJson(const Authorisation& a) {
  return {{"reference", a.reference},     {"order", a.order},
          {"amount", a.amount},           {"currency", a.currency},
          {"last_digits", a.last_digits}, {"state", a.state},
          {"reason", a.reason},           {"provider_id", a.provider_id}};
}

CardBook::CardBook(const std::string& state_file)
    : journal_(state_file, [this](const boost::json::object& line) {
        Authorisation authorisation = FromJson(line);
        ++count_;
        by_reference_[authorisation.reference] = std::move(authorisation);
      }) {}

const Authorisation* CardBook::Authorise(Authorisation request, const Verdict& verdict) {
  if (const Authorisation* known = Find(request.reference)) {
    bool is_same = known->amount == request.amount || known->state == "released";
    return is_same ? known : nullptr;
  }
  using enum Verdict::Outcome;
  request.state = verdict.outcome == kAuthorise ? "authorised"
                  : verdict.outcome == kDecline ? "declined"
                                                : "failed";
  request.reason = verdict.reason;
  request.provider_id = "sandbox-" + std::to_string(count_ + 1);
  return Write(std::move(request));
}

const Authorisation* CardBook::Capture(const std::string& reference) {
  const Authorisation* known = Find(reference);
  if (known == nullptr || known->state != "authorised") return known;
  Authorisation captured = *known;
  captured.state = "captured";
  return Write(std::move(captured));
}

const Authorisation* CardBook::Release(const std::string& reference) {
  const Authorisation* known = Find(reference);
  if (known != nullptr && known->state != "authorised") return known;
  Authorisation released;
  if (known != nullptr) released = *known;
  released.reference = reference;
  released.state = "released";
  return Write(std::move(released));
}

const Authorisation* CardBook::Find(const std::string& reference) const {
  auto found = by_reference_.find(reference);
  return found == by_reference_.end() ? nullptr : &found->second;
}

boost::json::array CardBook::All() const {
  boost::json::array all;
  for (const auto& [reference, authorisation] : by_reference_) all.push_back(ToJson(authorisation));
  return all;
}

const Authorisation* CardBook::Write(Authorisation authorisation) {
  journal_.Append(ToJson(authorisation));
  ++count_;
  auto& slot = by_reference_[authorisation.reference];
  slot = std::move(authorisation);
  return &slot;
}

}  // namespace tamarack::payments::sandbox
