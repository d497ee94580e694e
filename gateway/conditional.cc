#include "gateway/conditional.h"

#include "platform/base/status.h"
#include "platform/crypto/hash.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace tamarack::gateway {
namespace {

constexpr std::string_view kCodingSuffixes[] = {"-br\"", "-gzip\""};

bool IsTagText(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7F && c != '"'; });
}

// Takes the next tag, with its quotes and without `W/`, off the front of a list; empty at its end,
// and where it is no list of tags.
std::string_view NextTag(std::string_view& list) {
  size_t begin = list.find('"');
  size_t end = begin == std::string_view::npos ? begin : list.find('"', begin + 1);
  if (end == std::string_view::npos) return {};
  std::string_view tag = list.substr(begin, end + 1 - begin);
  list.remove_prefix(end + 1);
  return tag;
}

std::string WithoutCoding(std::string_view tag) {
  for (std::string_view suffix : kCodingSuffixes) {
    if (tag.size() > suffix.size() && tag.ends_with(suffix)) {
      return std::string(tag.substr(0, tag.size() - suffix.size())) + '"';
    }
  }
  return std::string(tag);
}

}  // namespace

std::string TagOfField(std::string_view value) {
  std::string_view text = value;
  if (text.starts_with("W/")) text.remove_prefix(2);
  bool is_quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  if (is_quoted) text = text.substr(1, text.size() - 2);
  if (text.empty() || !IsTagText(text)) return {};
  return absl::StrCat("\"", ToAbsl(text), "\"");
}

std::string TagOfBody(std::string_view body) {
  constexpr size_t kDigits = 32;
  return absl::StrCat("\"", crypto::Sha256Hex(body).substr(0, kDigits), "\"");
}

bool PassesIfMatch(const Route& route) {
  const auto& names = route.policy.pass_headers();
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return http::EqualsIgnoreCase(name, "if-match");
  });
}

bool HoldsTag(std::string_view list, std::string_view etag) {
  if (list == "*") return true;
  std::string wanted = WithoutCoding(etag);
  for (std::string_view tag; !(tag = NextTag(list)).empty();) {
    if (WithoutCoding(tag) == wanted) return true;
  }
  return false;
}

std::string WithoutCodings(std::string_view list) {
  if (list == "*") return "*";
  std::string result;
  for (std::string_view tag; !(tag = NextTag(list)).empty();) {
    absl::StrAppend(&result, result.empty() ? "" : ", ", WithoutCoding(tag));
  }
  return result;
}

Verdict Judge(const http::Request& request, std::string_view etag) {
  auto holds = [&](const char* header) {
    auto lists = request.headers.GetAll(header);
    return std::any_of(lists.begin(), lists.end(),
                       [&](std::string_view list) { return HoldsTag(list, etag); });
  };
  if (request.headers.Has("if-match") && !holds("if-match")) return Verdict::kPreconditionFailed;
  return holds("if-none-match") ? Verdict::kNotModified : Verdict::kGoOn;
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
