#include "services/payments/sandbox/card_processor.h"

#include "platform/json/strict.h"
#include "platform/runtime/offload.h"

#include <boost/json/serialize.hpp>

#include <utility>

namespace tamarack::payments::sandbox {
namespace {

constexpr std::string_view kAuthorisations = "/v1/authorisations";
constexpr auto kSlowAnswer = std::chrono::seconds(5);
// Longer than any client waits; the handler ends at once when the client goes away.
constexpr auto kNever = std::chrono::minutes(5);

http::Response Json(int status, const boost::json::value& body) {
  http::Response response;
  response.status = status;
  response.headers.Set("content-type", "application/json");
  response.body = boost::json::serialize(body) + "\n";
  return response;
}

http::Response Error(int status, const char* text) {
  return Json(status, boost::json::object{{"error", text}});
}

int64_t IntMember(const boost::json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

}  // namespace

boost::asio::awaitable<http::Response> CardProcessor::Handle(http::Request request) {
  std::string_view path = request.target;
  bool is_post = request.method == "POST";
  if (path == "/livez") co_return Json(200, "ok");
  if (path == "/control" && is_post) co_return Control(request.body);
  if (path == kAuthorisations) {
    if (!is_post) co_return Json(200, book_.All());
    co_return co_await Serve("authorise", "", std::move(request.body));
  }
  if (!path.starts_with(kAuthorisations) || path.substr(kAuthorisations.size(), 1) != "/")
    co_return Error(404, "no such path");
  path.remove_prefix(kAuthorisations.size() + 1);
  size_t slash = path.find('/');
  std::string reference(path.substr(0, slash));
  if (slash == std::string_view::npos) co_return co_await Serve("query", std::move(reference), "");
  std::string verb(path.substr(slash + 1));
  if (!is_post || (verb != "capture" && verb != "release")) co_return Error(404, "no such path");
  co_return co_await Serve(std::move(verb), std::move(reference), "");
}

CardProcessor::Mode CardProcessor::TakeMode() {
  Mode mode = mode_;
  if (left_ > 0 && --left_ == 0) mode_ = Mode::kNormal;
  return mode;
}

http::Response CardProcessor::Control(const std::string& body) {
  auto order = ParseStrictObject(body);
  if (!order.ok()) return Error(400, "a JSON object is wanted");
  constexpr std::pair<std::string_view, Mode> kModes[] = {
      {"normal", Mode::kNormal}, {"decline", Mode::kDecline}, {"delay", Mode::kDelay},
      {"drop", Mode::kDrop},     {"refuse", Mode::kRefuse},   {"error", Mode::kError},
      {"forget", Mode::kForget}};
  for (const auto& [name, mode] : kModes) {
    if (StringMember(*order, "mode") != name) continue;
    mode_ = mode;
    left_ = static_cast<int>(IntMember(*order, "count"));
    delay_ = std::chrono::milliseconds(IntMember(*order, "delay_ms"));
    return Json(200, boost::json::object{{"mode", std::string(name)}, {"count", left_}});
  }
  return Error(400, "mode: normal, decline, delay, drop, refuse, error or forget");
}

boost::asio::awaitable<http::Response> CardProcessor::Serve(std::string verb, std::string reference,
                                                            std::string body) {
  Authorisation request;
  Verdict verdict;
  if (verb == "authorise") {
    auto parsed = ParseStrictObject(body);
    const auto* card = parsed.ok() ? parsed->if_contains("card") : nullptr;
    if (card == nullptr || !card->is_object())
      co_return Error(400, "a JSON object with a card is wanted");
    std::string number(StringMember(card->get_object(), "number"));
    reference = StringMember(*parsed, "reference");
    request = {.reference = reference,
               .order = std::string(StringMember(*parsed, "order")),
               .amount = IntMember(*parsed, "amount"),
               .currency = std::string(StringMember(*parsed, "currency")),
               .last_digits = number.size() > 4 ? number.substr(number.size() - 4) : "",
               .state = {},
               .reason = {},
               .provider_id = {}};
    verdict = VerdictOn(number);
  }
  if (reference.empty()) co_return Error(400, "reference is wanted");
  Mode mode = TakeMode();
  if (mode == Mode::kDecline && verb == "authorise")
    verdict = {Verdict::Outcome::kDecline, "declined", {}};
  if (mode == Mode::kError || verdict.manner == Verdict::Manner::kServerError)
    co_return Error(500, "out of order");
  if (mode == Mode::kForget) co_return Error(404, "unknown reference");
  if (mode == Mode::kRefuse) {
    co_await runtime::SleepFor(kNever);
    co_return Error(503, "refused");
  }
  if (mode == Mode::kDelay) co_await runtime::SleepFor(delay_);
  if (verdict.manner == Verdict::Manner::kSlow) co_await runtime::SleepFor(kSlowAnswer);
  http::Response response = Perform(verb, reference, std::move(request), verdict);
  bool is_lost = mode == Mode::kDrop || verdict.manner == Verdict::Manner::kLostAnswer;
  if (is_lost) co_await runtime::SleepFor(kNever);
  co_return response;
}

http::Response CardProcessor::Perform(const std::string& verb, const std::string& reference,
                                      Authorisation request, const Verdict& verdict) {
  if (verb == "authorise") {
    const Authorisation* made = book_.Authorise(std::move(request), verdict);
    return made == nullptr ? Error(409, "the reference has another amount")
                           : Json(200, ToJson(*made));
  }
  const Authorisation* found = verb == "capture"   ? book_.Capture(reference)
                               : verb == "release" ? book_.Release(reference)
                                                   : book_.Find(reference);
  return found == nullptr ? Error(404, "unknown reference") : Json(200, ToJson(*found));
}

}  // namespace tamarack::payments::sandbox
