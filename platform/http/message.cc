#include "platform/http/message.h"

#include <algorithm>
#include <array>

namespace tamarack::http {
namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr size_t kUsualCount = 16;

}  // namespace

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return x == y || Lower(x) == Lower(y);
         });
}

bool IsToken(std::string_view text) {
  static constexpr auto kAllowed = [] {
    std::array<bool, 256> allowed{};
    for (char c = '0'; c <= '9'; ++c) allowed[static_cast<size_t>(c)] = true;
    for (char c = 'a'; c <= 'z'; ++c) allowed[static_cast<size_t>(c)] = true;
    for (char c = 'A'; c <= 'Z'; ++c) allowed[static_cast<size_t>(c)] = true;
    for (char c : std::string_view("!#$%&'*+-.^_`|~")) allowed[static_cast<size_t>(c)] = true;
    return allowed;
  }();
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return kAllowed[static_cast<unsigned char>(c)];
  });
}

bool IsFieldValue(std::string_view text) {
  bool has_control = false;  // Without an early end, so that many are looked at at once.
  for (char c : text)
    has_control |= (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  return !has_control;
}

std::string_view TrimBlanks(std::string_view text) {
  size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

std::optional<std::string_view> Headers::Get(std::string_view name) const {
  for (const auto& [key, value] : entries_) {
    if (EqualsIgnoreCase(key, name)) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Headers::GetAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : entries_) {
    if (EqualsIgnoreCase(key, name)) values.push_back(value);
  }
  return values;
}

std::string Headers::Join(std::string_view name) const {
  std::string list;
  for (const auto& [key, value] : entries_) {
    if (!EqualsIgnoreCase(key, name)) continue;
    if (!list.empty()) list += ", ";
    list += value;
  }
  return list;
}

void Headers::Add(std::string name, std::string value) {
  if (entries_.empty()) entries_.reserve(kUsualCount);
  entries_.emplace_back(std::move(name), std::move(value));
}

void Headers::Set(std::string name, std::string value) {
  Remove(name);
  Add(std::move(name), std::move(value));
}

void Headers::Remove(std::string_view name) {
  std::erase_if(entries_, [&](const Entry& entry) { return EqualsIgnoreCase(entry.first, name); });
}

}  // namespace tamarack::http
