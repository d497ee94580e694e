#include "services/identity/passwords/password_rules.h"

#include "platform/base/status.h"
#include "platform/text/text.h"
#include "services/identity/passwords/common_passwords.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace tamarack::identity {
namespace {

// What a password has to hold that nobody guesses: six letters, or three of the words that head the
// lists, or what adds up to as much.
constexpr int kLetter = 2;
constexpr int kDigitOrSign = 1;
constexpr int kCommonWord = 4;
constexpr int kNeeded = 12;

constexpr size_t kWordBytesMin = 3;
constexpr size_t kRepeatBytesMin = 3;
constexpr size_t kRowBytesMin = 4;
constexpr int kCountsMin = 4;

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

// In one case, without what merely separates.
std::string Compact(std::string_view text) {
  std::string compact = text::CaseFolded(text);
  std::erase_if(compact, [](char c) {
    return std::string_view(" -_.,;:'").find(c) != std::string_view::npos;
  });
  return compact;
}

// `p@ssw0rd` as the word that it is read as.
std::string WithLettersForSigns(std::string text) {
  constexpr std::string_view kSigns = "@401!3$57";
  constexpr std::string_view kLetters = "aaoiiesst";
  for (char& c : text) {
    if (size_t sign = kSigns.find(c); sign != std::string_view::npos) c = kLetters[sign];
  }
  return text;
}

// The parts of a name or an email address that are long enough to be recognized.
void AddWords(std::string_view text, std::vector<std::string>& words) {
  std::string word;
  for (char c : text::CaseFolded(text) + " ") {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
        !absl::ascii_isascii(static_cast<unsigned char>(c))) {
      word += c;
    } else {
      if (word.size() >= kWordBytesMin) words.push_back(word);
      word.clear();
    }
  }
}

// How far `text` begins with what `row` has anywhere, forwards or backwards.
size_t AlongRow(std::string_view text, std::string row) {
  size_t longest = 0;
  for (int direction = 0; direction < 2; ++direction) {
    for (size_t from = 0; from < row.size(); ++from) {
      size_t length = 0;
      while (length < text.size() && from + length < row.size() &&
             text[length] == row[from + length])
        ++length;
      longest = std::max(longest, length);
    }
    std::reverse(row.begin(), row.end());
  }
  return longest;
}

// How far `text` begins with numbers that are counted, by whatever steps: `9101112`, `2468`,
// `112233`.
size_t Counted(std::string_view text) {
  size_t longest = 0;
  size_t digits = std::find_if_not(text.begin(), text.end(), IsDigit) - text.begin();
  for (size_t width = 1; width <= 3; ++width) {
    for (size_t next_width : {width, width + 1}) {
      std::int64_t first = 0;
      std::int64_t second = 0;
      if (width + next_width > digits || !absl::SimpleAtoi(ToAbsl(text.substr(0, width)), &first) ||
          !absl::SimpleAtoi(ToAbsl(text.substr(width, next_width)), &second)) {
        continue;
      }
      int count = 1;
      size_t length = width;
      std::int64_t number = second;
      for (; number >= 0; number += second - first, ++count) {
        std::string written = std::to_string(number);
        if (!text.substr(length, digits - length).starts_with(written)) break;
        length += written.size();
      }
      if (count >= kCountsMin) longest = std::max(longest, length);
    }
  }
  return longest;
}

class Guesser {
 public:
  Guesser(std::string_view password, std::vector<std::string> personal)
      : text_(Compact(password)),
        read_(WithLettersForSigns(text_)),
        personal_(std::move(personal)) {}

  // What is left in the password that a guesser would have to find out.
  int Unguessed() {
    int unguessed = 0;
    for (size_t at = 0; at < text_.size();) {
      std::string_view word = CommonWordAt(at);
      size_t guessed = std::max(PersonalAt(at), PatternAt(at));
      if (guessed >= std::max<size_t>(word.size(), 1)) {
        at += guessed;
      } else if (!word.empty()) {
        unguessed += kCommonWord;
        at += word.size();
      } else {
        unguessed += Weight(text_[at++]);
      }
    }
    return unguessed;
  }

 private:
  static int Weight(char c) {
    auto byte = static_cast<unsigned char>(c);
    bool goes_on = (byte & 0xC0U) == 0x80U;  // within a character of UTF-8
    bool is_letter = absl::ascii_isalpha(byte) || byte >= 0xC0U;
    return goes_on ? 0 : is_letter ? kLetter : kDigitOrSign;
  }

  std::string_view Rest(size_t at) const { return std::string_view(text_).substr(at); }
  bool HasAt(size_t at, std::string_view word) const {
    return Rest(at).starts_with(word) || std::string_view(read_).substr(at).starts_with(word);
  }

  std::string_view CommonWordAt(size_t at) const {
    auto words = CommonPasswordWords();
    auto found =
        std::find_if(words.begin(), words.end(), [&](auto word) { return HasAt(at, word); });
    return found == words.end() ? std::string_view() : *found;
  }

  size_t PersonalAt(size_t at) const {
    size_t longest = 0;
    for (const std::string& word : personal_) {
      if (HasAt(at, word)) longest = std::max(longest, word.size());
    }
    return longest;
  }

  // A row of keys, numbers in order, a year, or what stands in the password before.
  size_t PatternAt(size_t at) const {
    size_t longest = std::max(Counted(Rest(at)), Repeated(at));
    for (std::string_view row : PasswordRows()) {
      size_t length = AlongRow(Rest(at), std::string(row));
      if (length >= kRowBytesMin) longest = std::max(longest, length);
    }
    bool is_year = Rest(at).size() >= 4 &&
                   (Rest(at).starts_with("19") || Rest(at).starts_with("20")) &&
                   IsDigit(text_[at + 2]) && IsDigit(text_[at + 3]);
    return std::max<size_t>(longest, is_year ? 4 : 0);
  }

  size_t Repeated(size_t at) const {
    size_t longest = 0;
    for (size_t from = 0; from < at; ++from) {
      size_t length = 0;
      while (at + length < text_.size() && text_[from + length] == text_[at + length]) ++length;
      longest = std::max(longest, length);
    }
    return longest >= kRepeatBytesMin ? longest : 0;
  }

  std::string text_;
  std::string read_;
  std::vector<std::string> personal_;
};

}  // namespace

PasswordFault CheckPassword(std::string_view typed, std::string_view email, std::string_view name) {
  const std::string password = text::OpaqueString(typed);
  const size_t length = text::CountCharacters(password);
  if (length < kPasswordLengthMin) return PasswordFault::kShort;
  if (length > kPasswordLengthMax) return PasswordFault::kLong;
  std::vector<std::string> personal;
  AddWords(email, personal);
  AddWords(name, personal);
  return Guesser(password, std::move(personal)).Unguessed() < kNeeded ? PasswordFault::kCommon
                                                                      : PasswordFault::kNone;
}

}  // namespace tamarack::identity
