#include "services/notify/opaque.h"

#include "platform/base/status.h"
#include "platform/base/url.h"
#include "platform/text/text.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>

#include <algorithm>
#include <array>

namespace tamarack::notify {
namespace {

constexpr std::string_view kValueBegin = "\uFDD0";
constexpr std::string_view kValueEnd = "\uFDD1";
constexpr std::string_view kAddressBegin = "\uFDD2";
constexpr std::string_view kAddressEnd = "\uFDD3";
constexpr std::string_view kByte = "\uFDD4";  // two hexadecimal digits follow
constexpr std::string_view kMarks[] = {kValueBegin, kValueEnd, kAddressBegin, kAddressEnd, kByte};

bool IsIn(char c, std::string_view characters) {
  return characters.find(c) != std::string_view::npos;
}

bool IsMark(std::string_view text) {
  return std::find(std::begin(kMarks), std::end(kMarks), text) != std::end(kMarks);
}

void AppendByte(std::string& marked, char c) {
  marked.append(kByte).append(absl::BytesToHexString({&c, 1}));
}

// One character of a marked text.
struct Character {
  std::string_view raw;  // as it stands there
  std::string text;      // what it says; a mark says itself
  bool is_opaque = false;
};

Character CharacterAt(std::string_view marked, size_t at) {
  auto lead = static_cast<unsigned char>(marked[at]);
  size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  Character character{marked.substr(at, length), {}};
  if (character.raw == kByte && at + 5 <= marked.size()) {
    std::string_view digits = marked.substr(at + 3, 2);
    if (std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit))
      return {marked.substr(at, 5), absl::HexStringToBytes(ToAbsl(digits)), true};
  }
  character.text = character.raw;
  // A backslash before a mark of ASCII is markdown's own way to make it opaque.
  if (lead == '\\' && at + 1 < marked.size() && absl::ascii_ispunct(marked[at + 1]))
    return {marked.substr(at, 2), std::string(1, marked[at + 1]), false};
  return character;
}

bool EndsAddress(std::string_view character) {
  static constexpr std::string_view kEnds[] = {
      "<",  ">",  "\"", "`",  "“",  "”",  "„",  "‟",  "«",  "»",  "‹",  "›",  "…",  "。",
      "、", "，", "；", "：", "！", "？", "（", "）", "［", "］", "｛", "｝", "「", "」",
      "『", "』", "【", "】", "〈", "〉", "《", "》", "〔", "〕", "．", "｡",  "､"};
  return std::find(std::begin(kEnds), std::end(kEnds), character) != std::end(kEnds) ||
         text::Trim(character).empty() || absl::ascii_iscntrl(character[0]);
}

// Reads an address character by character and remembers where it ends.
class AddressReader {
 public:
  // False when the address ended before this character.
  bool Read(const std::string& c) {
    static constexpr std::string_view kOpen = "([{";
    static constexpr std::string_view kClose = ")]}";
    if (EndsAddress(c)) return false;
    bool is_kept = true;
    if (size_t kind = kClose.find(c); kind != std::string_view::npos) {
      if (open_.at(kind) == 0) return false;
      --open_.at(kind);
    } else if (size_t opened = kOpen.find(c); opened != std::string_view::npos) {
      ++open_.at(opened);
      is_kept = false;
    } else if (size_t mark = std::string_view("*_~").find(c); mark != std::string_view::npos) {
      // What closes emphasis that was opened before the address is not the address's.
      if (c != previous_) is_run_kept_ = seen_.at(mark) > 0;
      ++seen_.at(mark);
      is_kept = is_run_kept_;
    } else {
      is_kept =
          std::string_view(".,;:!?'\\").find(c) == std::string_view::npos && c != "’" && c != "‘";
    }
    previous_ = c;
    is_last_kept_ = is_kept;
    return true;
  }
  // Whether the address may end with the last character.
  bool is_last_kept() const { return is_last_kept_; }

 private:
  std::array<int, 3> open_{};
  std::array<int, 3> seen_{};
  std::string previous_;
  bool is_run_kept_ = false;
  bool is_last_kept_ = false;
};

// Where the web address ends that begins at `at`; `at` if there is none.
size_t AddressEnd(std::string_view marked, size_t at) {
  size_t next = at + 4;
  if (marked.substr(next, 1).find_first_of("sS") == 0) ++next;
  for (char c : std::string_view("://")) {
    if (next >= marked.size()) return at;
    Character found = CharacterAt(marked, next);
    if (found.text != std::string(1, c)) return at;
    next += found.raw.size();
  }
  size_t end = at;
  AddressReader reader;
  while (next < marked.size()) {
    Character found = CharacterAt(marked, next);
    if (found.raw == kValueBegin) {
      size_t value_end = marked.find(kValueEnd, next);
      if (value_end == std::string_view::npos) break;
      end = next = value_end + kValueEnd.size();
      continue;
    }
    next += found.raw.size();
    if (found.raw == kValueEnd) {
      // It began in this value. The template's text goes on with it where it is plainly meant to,
      // and keeps its own markup otherwise.
      if (next >= marked.size() || !IsIn(marked[next], "/?#")) break;
      continue;
    }
    if (IsMark(found.text)) continue;
    if (!reader.Read(found.text)) break;
    if (reader.is_last_kept()) end = next;
  }
  return end;
}

std::string OpaqueAddress(std::string_view marked) {
  std::string opaque;
  for (size_t at = 0; at < marked.size();) {
    Character found = CharacterAt(marked, at);
    bool marks_up = found.text.find_first_of("*_[]()~!\\") != std::string::npos;
    if (!found.is_opaque && (marks_up || found.raw != found.text)) {
      AppendByte(opaque, found.text[0]);
    } else {
      opaque += found.raw;
    }
    at += found.raw.size();
  }
  return opaque;
}

std::string WithOpaqueWebAddresses(std::string_view marked) {
  std::string result;
  std::string lower = absl::AsciiStrToLower(std::string(marked));  // RFC 3986 3.1
  size_t done = 0;
  size_t at = 0;
  while ((at = lower.find("http", at)) != std::string::npos) {
    size_t end = AddressEnd(marked, at);
    bool is_in_angles = at > 0 && marked[at - 1] == '<' && marked.substr(end, 1) == ">";
    if (end == at || is_in_angles) {
      at = std::max(end, at + 4);
      continue;
    }
    result.append(marked.substr(done, at - done)).append(kAddressBegin);
    result.append(OpaqueAddress(marked.substr(at, end - at))).append(kAddressEnd);
    done = at = end;
  }
  return result.append(marked.substr(done));
}

// Whether `<` stands before an address in angle brackets, which CommonMark makes a link.
bool BeginsAutolink(std::string_view after) {
  size_t end = after.find_first_of("<> \t\r\n");
  return after.substr(std::min(end, after.size())).starts_with('>') &&
         absl::ascii_isalnum(after[0]) &&
         after.substr(0, end).find_first_of(":@") != std::string_view::npos;
}

// Whether the mark at `at` is none to people: a star of `5*3*2`, the colon of `[name]: text`, `<`.
bool IsText(std::string_view marked, size_t at) {
  auto is_digit = [&](size_t i) { return i < marked.size() && absl::ascii_isdigit(marked[i]); };
  std::string_view before = marked.substr(0, at);
  switch (marked[at]) {
    case '*':
      return at > 0 && is_digit(at - 1) && is_digit(at + 1);
    case ':':
      return before.ends_with(']');
    case '<':
      return !before.ends_with("](") && !before.ends_with('\\') &&
             !BeginsAutolink(marked.substr(at + 1));
    default:
      return false;
  }
}

// Those marks, and the underscores of email addresses.
std::string WithOpaqueWords(std::string_view marked) {
  auto is_domain = [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '.'; };
  auto is_local = [&](char c) { return is_domain(c) || c == '_' || c == '+' || c == '%'; };
  std::string result;
  size_t done = 0;
  for (size_t at = marked.find_first_of("@*:<"); at != std::string_view::npos;
       at = marked.find_first_of("@*:<", at + 1)) {
    if (IsText(marked, at)) {
      AppendByte(result.append(marked.substr(done, at - done)), marked[at]);
      done = at + 1;
    }
    if (marked[at] != '@') continue;
    size_t begin = at;
    while (begin > done && is_local(marked[begin - 1])) --begin;
    size_t end = at + 1;
    while (end < marked.size() && is_domain(marked[end])) ++end;
    if (end == at + 1 || (begin > 0 && marked[begin - 1] == '<')) continue;
    // `_a@e.ca_` is an address in emphasis.
    while (marked.substr(end, 1) == "_" && begin < at && marked[begin] == '_') ++begin;
    result += marked.substr(done, begin - done);
    for (done = begin; done < at; ++done) {
      if (marked[done] == '_') {
        AppendByte(result, '_');
      } else {
        result += marked[done];
      }
    }
  }
  return result.append(marked.substr(done));
}

class AddressWriter {
 public:
  bool is_empty() const { return url_.empty(); }
  void Add(std::string_view text) { url_ += text; }
  // What stands for `c` of a value. Callers who encoded their values themselves, as GOV.UK Notify
  // asks them to, sent `%` and two digits: `is_encoded`.
  void AddOfValue(char c, bool is_address_itself, bool is_encoded) {
    bool is_web = url_.starts_with('h') || url_.starts_with('H');
    std::string_view kept = !is_web ? "@+" : IsBehindHost() ? "/" : "";
    bool stays = is_address_itself ? !IsIn(c, " \"<>\\^`{|}") && !absl::ascii_iscntrl(c)
                                   : absl::ascii_isalnum(c) || IsIn(c, "-._~") || IsIn(c, kept);
    if (stays || is_encoded) {
      url_ += c;
    } else {
      url_ += PercentEncode({&c, 1});
    }
  }
  std::string Take() { return std::move(url_); }

 private:
  // Looks at each character once: a value may be long.
  bool IsBehindHost() {
    is_behind_host_ = is_behind_host_ || url_.find('/', seen_) != std::string::npos;
    seen_ = std::max(seen_, url_.size());
    return is_behind_host_;
  }

  std::string url_;
  size_t seen_ = std::string_view("https://").size();
  bool is_behind_host_ = false;
};

}  // namespace

std::string WithoutMarks(std::string_view text) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    bool is_mark = IsMark(text.substr(at, 3));
    result += is_mark ? "\uFFFD" : text.substr(at, 1);
    at += is_mark ? 3 : 1;
  }
  return result;
}

std::string OpaqueValue(std::string_view value) {
  std::string text = WithoutMarks(text::ValidUtf8(value));
  std::string opaque(kValueBegin);
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\r' && text[i + 1] == '\n') continue;
    if (c == '\r') c = '\n';
    bool is_letter = absl::ascii_isalnum(c) || !absl::ascii_isascii(c) || c == '\0';
    if (is_letter) {
      opaque += c;
    } else {
      AppendByte(opaque, c);
    }
  }
  return opaque.append(kValueEnd);
}

std::string WithOpaqueText(std::string_view markdown) {
  return WithOpaqueWords(WithOpaqueWebAddresses(markdown));
}

std::string Reveal(std::string_view marked) {
  std::string text;
  for (size_t at = marked.find(kByte.substr(0, 2)); at != std::string_view::npos;
       at = marked.find(kByte.substr(0, 2))) {
    text += marked.substr(0, at);
    Character found = CharacterAt(marked, at);
    if (!IsMark(found.text)) text += found.text;
    marked.remove_prefix(at + found.raw.size());
  }
  return text.append(marked);
}

std::string RevealAddress(std::string_view marked) {
  AddressWriter url;
  bool is_in_value = false;
  bool is_address_itself = false;
  for (size_t at = 0; at < marked.size();) {
    // Markdown's own backslashes were read before.
    Character found = CharacterAt(marked, at);
    if (!found.is_opaque) found.raw = found.raw.substr(0, found.raw[0] == '\\' ? 1 : 4);
    at += found.raw.size();
    if (found.raw == kValueBegin) {
      is_in_value = true;
      is_address_itself = url.is_empty();
    } else if (found.raw == kValueEnd) {
      is_in_value = false;
    } else if (IsMark(found.raw)) {
      continue;
    } else if (!is_in_value) {
      url.Add(found.is_opaque ? found.text : found.raw);
    } else {
      bool is_encoded = found.text == "%" && at + 1 < marked.size() &&
                        absl::ascii_isxdigit(marked[at]) && absl::ascii_isxdigit(marked[at + 1]);
      for (char c : found.text) url.AddOfValue(c, is_address_itself, is_encoded);
    }
  }
  return url.Take();
}

AddressInText FirstAddress(std::string_view marked) {
  size_t begin = marked.find(kAddressBegin);
  size_t end = begin == std::string_view::npos ? begin : marked.find(kAddressEnd, begin);
  if (end == std::string_view::npos) return {marked, {}, {}};
  size_t address = begin + kAddressBegin.size();
  return {marked.substr(0, begin), marked.substr(address, end - address),
          marked.substr(end + kAddressEnd.size())};
}

}  // namespace tamarack::notify
