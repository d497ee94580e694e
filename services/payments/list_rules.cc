#include "services/payments/list_rules.h"

#include "platform/base/url.h"
#include "platform/text/text.h"
#include "services/payments/errors.h"
#include "services/payments/payment_rules.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/time/time.h>
#include <re2/re2.h>

#include <algorithm>

namespace tamarack::payments {
namespace {

constexpr size_t kReferenceCharactersMax = 255;
constexpr int64_t kDisplaySizeMax = 500;
constexpr int64_t kPageMax = 1'000'000'000;
constexpr int64_t kCountedMax = 10'000;

// A parameter without a value restricts nothing, as at GOV.UK Pay.
bool IsGiven(const std::string& text) {
  return !text::IsBlank(text);
}

bool ReadNumber(const std::string& text, int64_t max, int64_t& number) {
  bool are_digits = text.find_first_not_of("0123456789") == std::string::npos;
  return are_digits && absl::SimpleAtoi(text, &number) && number >= 1 && number <= max;
}

bool ReadTime(const std::string& text, std::optional<TimePoint>& time) {
  // Abseil also takes blanks around, signs and any number of digits of the year, and "infinite".
  static const RE2 kForm(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))");
  absl::Time parsed;
  std::string upper = absl::AsciiStrToUpper(text);
  if (!RE2::FullMatch(upper, kForm) ||
      !absl::ParseTime(absl::RFC3339_full, upper, &parsed, nullptr)) {
    return false;
  }
  time = FromUnixMicros(absl::ToUnixMicros(parsed));
  return true;
}

bool ReadState(const std::string& text, std::vector<int>& statuses) {
  for (int i = 1; i <= static_cast<int>(Status::kCaptureError); ++i) {
    if (StateOf(static_cast<Status>(i)).status == text) statuses.push_back(i);
  }
  return !statuses.empty();
}

constexpr int64_t kCursorTotalMax = 999'999'999;

// Only LinksOf makes one, but it shows no more than the caller's own payments whoever does:
// microseconds, id and total.
bool ReadCursor(const std::string& text, ListQuery& query) {
  static const RE2 kForm(R"((\d{1,18})\.([0-9a-v]{26})\.(\d{1,9}))");
  int64_t micros = 0;
  Place place;
  if (!RE2::FullMatch(text, kForm, &micros, &place.payment_id, &query.total)) return false;
  place.created_at = FromUnixMicros(micros);
  query.filter.after = std::move(place);
  return true;
}

void AddParameter(std::string& url, std::string_view name, const std::string& value) {
  url += url.find('?') == std::string::npos ? '?' : '&';
  absl::StrAppend(&url, ToAbsl(name), "=", PercentEncode(value));
}

}  // namespace

absl::StatusOr<ListQuery> CheckList(const v1::ListPaymentsRequest& request) {
  ListQuery query;
  std::string wrong;
  auto check = [&](bool is_good, const char* name) {
    if (!is_good) absl::StrAppend(&wrong, wrong.empty() ? "" : ", ", name);
  };
  if (IsGiven(request.reference())) query.filter.reference = request.reference();
  if (IsGiven(request.state())) check(ReadState(request.state(), query.filter.statuses), "state");
  check(text::CountCharacters(request.reference()) <= kReferenceCharactersMax, "reference");
  if (IsGiven(request.from_date()))
    check(ReadTime(request.from_date(), query.filter.from), "from_date");
  if (IsGiven(request.to_date())) check(ReadTime(request.to_date(), query.filter.to), "to_date");
  if (IsGiven(request.page())) check(ReadNumber(request.page(), kPageMax, query.page), "page");
  if (IsGiven(request.display_size())) {
    check(ReadNumber(request.display_size(), kDisplaySizeMax, query.display_size), "display_size");
  }
  if (IsGiven(request.cursor())) check(ReadCursor(request.cursor(), query), "cursor");
  if (!wrong.empty()) return InvalidParameters(wrong);
  query.filter.skip = (query.page - 1) * query.display_size;
  query.filter.limit = query.display_size;
  return query;
}

int64_t TotalOf(const ListQuery& query, const PaymentPage& page) {
  int64_t seen = static_cast<int64_t>(page.payments.size()) + (page.has_more ? 1 : 0);
  return std::max({query.total, page.total, seen > 0 ? query.filter.skip + seen : 0});
}

v1::SearchLinks LinksOf(const v1::ListPaymentsRequest& request, const ListQuery& query,
                        const PaymentPage& page, const std::string& base_url) {
  const int64_t total = TotalOf(query, page);
  auto url = [&](int64_t number) {
    std::string text = base_url + "/v1/payments";
    if (IsGiven(request.reference())) AddParameter(text, "reference", request.reference());
    if (IsGiven(request.state())) AddParameter(text, "state", request.state());
    if (IsGiven(request.from_date())) AddParameter(text, "from_date", request.from_date());
    if (IsGiven(request.to_date())) AddParameter(text, "to_date", request.to_date());
    AddParameter(text, "page", std::to_string(number));
    AddParameter(text, "display_size", std::to_string(query.display_size));
    return text;
  };
  auto set = [&](v1::Link& link, int64_t number, const std::string& cursor = {}) {
    link.set_href(url(number));
    if (!cursor.empty()) AddParameter(*link.mutable_href(), "cursor", cursor);
    link.set_method("GET");
  };
  int64_t last = std::max<int64_t>(1, (total + query.display_size - 1) / query.display_size);
  v1::SearchLinks links;
  set(*links.mutable_self(), query.page, request.cursor());
  set(*links.mutable_first_page(), 1);
  if (total < kCountedMax) set(*links.mutable_last_page(), last);
  if (query.page > 1) set(*links.mutable_prev_page(), query.page - 1);
  // Whoever made up the number of this page, or its cursor's total, gets no link that is refused.
  if (page.has_more && query.page < kPageMax && total <= kCursorTotalMax) {
    const Payment& end = page.payments.back();
    set(*links.mutable_next_page(), query.page + 1,
        absl::StrCat(UnixMicros(end.created_at), ".", end.id, ".", total));
  }
  return links;
}

}  // namespace tamarack::payments
