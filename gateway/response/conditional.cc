#include "gateway/response/conditional.h"

#include "platform/base/status.h"
#include "platform/crypto/hash.h"
#include "platform/http/list.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace tamarack::gateway {
namespace {

constexpr std::string_view kWeak = "W/";
constexpr Coding kCodings[] = {Coding::kBrotli, Coding::kGzip};

// What stands between the quotes of a tag, of which services use ASCII alone.
bool IsTagText(std::string_view text, bool is_ascii_only) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7F && c != '"' && (byte < 0x80 || !is_ascii_only);
  });
}

// Takes the text between two quotes out of them; false where there are none.
bool TakeQuotesOff(std::string_view& text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  return true;
}

// Services' own tags never end like this (TagOfField), so that it always means what it says.
std::string SuffixOf(Coding coding) {
  return absl::StrCat(";", ToAbsl(NameOf(coding)), "\"");
}

std::string WithoutCoding(std::string_view tag) {
  for (Coding coding : kCodings) {
    std::string suffix = SuffixOf(coding);
    if (tag.ends_with(suffix)) return std::string(tag.substr(0, tag.size() - suffix.size())) + '"';
  }
  return std::string(tag);
}

}  // namespace

std::string TagOfField(std::string_view value) {
  std::string_view text = value;
  bool is_weak = text.starts_with(kWeak);
  if (is_weak) text.remove_prefix(kWeak.size());
  if (!TakeQuotesOff(text) && is_weak) return {};
  if (text.empty() || !IsTagText(text, true)) return {};
  std::string tag = absl::StrCat("\"", ToAbsl(text), "\"");
  if (WithoutCoding(tag) != tag) return {};
  return is_weak ? absl::StrCat(ToAbsl(kWeak), tag) : tag;
}

std::string TagOfBody(std::string_view body) {
  constexpr size_t kDigits = 32;
  return absl::StrCat("\"", crypto::Sha256Hex(body).substr(0, kDigits), "\"");
}

std::string TagWithCoding(std::string_view etag, Coding coding) {
  if (etag.empty() || coding == Coding::kIdentity) return std::string(etag);
  return absl::StrCat(ToAbsl(etag.substr(0, etag.size() - 1)), SuffixOf(coding));
}

std::optional<TagList> ReadTags(std::string_view list) {
  TagList read;
  if (list == "*") {
    read.is_any = true;
    return read;
  }
  for (std::string_view part; http::NextPart(list, ',', part, http::Quotes::kTag);) {
    bool is_weak = part.starts_with(kWeak);
    if (is_weak) part.remove_prefix(kWeak.size());
    std::string_view text = part;
    if (!TakeQuotesOff(text) || !IsTagText(text, false)) return std::nullopt;
    read.tags.push_back({part, is_weak});
  }
  return read.tags.empty() ? std::nullopt : std::optional(std::move(read));
}

bool PassesCondition(const Route& route, std::string_view header) {
  const auto& names = route.policy.pass_headers();
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return http::EqualsIgnoreCase(name, header); });
}

std::string ConditionForService(const TagList& list, std::string_view header) {
  if (list.is_any) return "*";
  std::string tags;
  for (const TagList::Tag& tag : list.tags) {
    bool may_match = IsTagText(tag.text.substr(1, tag.text.size() - 2), true) &&
                     !(tag.is_weak && http::EqualsIgnoreCase(header, kIfMatch));
    if (may_match) absl::StrAppend(&tags, tags.empty() ? "" : ", ", WithoutCoding(tag.text));
  }
  return tags;
}

Verdict EvaluatePreconditions(const http::Request& request, std::string_view etag) {
  bool is_weak = etag.starts_with(kWeak);
  std::string_view text = is_weak ? etag.substr(kWeak.size()) : etag;
  auto holds = [&](const TagList& list, auto&& is_same) {
    return list.is_any || std::any_of(list.tags.begin(), list.tags.end(), is_same);
  };
  if (request.headers.Has(kIfMatch)) {
    std::string header = request.headers.Join(kIfMatch);
    auto list = ReadTags(header);
    bool is_met =
        list && holds(*list, [&](const TagList::Tag& tag) {
          return !tag.is_weak && !is_weak && WithoutCoding(tag.text) == WithoutCoding(text);
        });
    if (!is_met) return Verdict::kPreconditionFailed;
  }
  std::string header = request.headers.Join(kIfNoneMatch);
  auto list = ReadTags(header);
  bool is_known = list && holds(*list, [&](const TagList::Tag& tag) { return tag.text == text; });
  return is_known ? Verdict::kNotModified : Verdict::kGoOn;
}

void MakeNotModified(http::Response& response) {
  response.status = 304;
  for (const char* name : {"Content-Type", "Content-Encoding", "Content-Language"}) {
    response.headers.Remove(name);
  }
  response.body.clear();
  response.shared_body.reset();
}

}  // namespace tamarack::gateway
