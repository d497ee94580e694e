#include "gateway/codec/json_reader.h"

#include "gateway/uri.h"

namespace tamarack::gateway {
namespace {

void AppendUtf8(uint32_t point, std::string& out) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | point >> 12);
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | point >> 18);
    out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  }
}

// What an escape of one letter stands for; 0 for none.
char Unescaped(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

}  // namespace

void JsonReader::SkipSpace() {
  while (HasMore()) {
    char c = text_[position_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
    ++position_;
  }
}

bool JsonReader::Take(char c) {
  SkipSpace();
  if (!HasMore() || text_[position_] != c) return false;
  ++position_;
  return true;
}

JsonReader::Kind JsonReader::Peek() {
  SkipSpace();
  if (has_failed_ || !HasMore()) return Fail(), Kind::kNothing;
  switch (text_[position_]) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case '"':
      return Kind::kString;
    case 't':
    case 'f':
      return Kind::kBoolean;
    case 'n':
      return Kind::kNull;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return Kind::kNumber;
    default:
      return Fail(), Kind::kNothing;
  }
}

void JsonReader::Enter() {
  if (depth_ == depth_max_) {
    is_too_deep_ = true;
    return Fail();
  }
  ++position_;
  ++depth_;
  is_fresh_ = true;
}

// Takes what ends the object or array, or the comma before what follows.
bool JsonReader::Leave(char end) {
  bool is_first = is_fresh_;
  is_fresh_ = false;
  if (has_failed_) return true;
  if (Take(end)) {
    --depth_;
    return true;
  }
  if (is_first || Take(',')) return false;
  Fail();
  return true;
}

bool JsonReader::NextMember(std::string_view* name) {
  if (Leave('}')) return false;
  if (Peek() != Kind::kString) return Fail(), false;
  *name = String();
  if (!has_failed_ && !Take(':')) Fail();
  return !has_failed_;
}

bool JsonReader::NextElement() {
  return !Leave(']');
}

std::string_view JsonReader::String() {
  size_t begin = ++position_;
  bool is_ascii = true;
  for (; HasMore(); ++position_) {
    auto byte = static_cast<unsigned char>(text_[position_]);
    if (byte == '"' || byte == '\\') break;
    if (byte < 0x20) return Fail(), std::string_view();
    if (byte >= 0x80) is_ascii = false;
  }
  if (!HasMore()) return Fail(), std::string_view();
  std::string_view piece = text_.substr(begin, position_ - begin);
  if (!is_ascii && !IsUtf8(piece)) return Fail(), std::string_view();
  if (text_[position_] == '"') return ++position_, piece;
  decoded_ = piece;
  Unescape();
  return has_failed_ ? std::string_view() : std::string_view(decoded_);
}

// Decodes the rest of a string from its first escape on.
void JsonReader::Unescape() {
  size_t plain = decoded_.size();  // where text as it stands has last begun
  auto check = [&] {
    if (!IsUtf8(std::string_view(decoded_).substr(plain))) Fail();
  };
  while (HasMore() && !has_failed_) {
    char c = text_[position_++];
    if (c == '"') return check();
    if (static_cast<unsigned char>(c) < 0x20) return Fail();
    if (c != '\\') {
      decoded_ += c;
      continue;
    }
    check();  // an escape must not complete a character
    if (has_failed_ || !HasMore()) break;
    char letter = text_[position_++];
    if (char plain_letter = Unescaped(letter)) {
      decoded_ += plain_letter;
    } else {
      uint32_t point = 0, low = 0;
      if (letter != 'u' || !HexDigits(&point)) return Fail();
      if (point >= 0xDC00 && point < 0xE000) return Fail();
      if (point >= 0xD800 && point < 0xDC00) {
        if (text_.substr(position_, 2) != "\\u") return Fail();
        position_ += 2;
        if (!HexDigits(&low) || low < 0xDC00 || low >= 0xE000) return Fail();
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
      }
      AppendUtf8(point, decoded_);
    }
    plain = decoded_.size();
  }
  Fail();
}

bool JsonReader::HexDigits(uint32_t* value) {
  if (text_.size() - position_ < 4) return false;
  *value = 0;
  for (int i = 0; i < 4; ++i) {
    int digit = HexValue(text_[position_++]);
    if (digit < 0) return false;
    *value = *value << 4 | static_cast<uint32_t>(digit);
  }
  return true;
}

size_t JsonReader::Digits() {
  size_t begin = position_;
  while (HasMore() && text_[position_] >= '0' && text_[position_] <= '9') ++position_;
  return position_ - begin;
}

std::string_view JsonReader::Number() {
  size_t begin = position_;
  if (text_[position_] == '-') ++position_;
  bool has_leading_zero = HasMore() && text_[position_] == '0';
  size_t digits = Digits();
  if (digits == 0 || (has_leading_zero && digits > 1)) return Fail(), std::string_view();
  if (HasMore() && text_[position_] == '.') {
    ++position_;
    if (Digits() == 0) return Fail(), std::string_view();
  }
  if (HasMore() && (text_[position_] == 'e' || text_[position_] == 'E')) {
    ++position_;
    if (HasMore() && (text_[position_] == '+' || text_[position_] == '-')) ++position_;
    if (Digits() == 0) return Fail(), std::string_view();
  }
  return text_.substr(begin, position_ - begin);
}

bool JsonReader::TakeWord(std::string_view word) {
  if (text_.substr(position_, word.size()) != word) return Fail(), false;
  position_ += word.size();
  return true;
}

std::string_view JsonReader::Boolean() {
  std::string_view word = text_[position_] == 't' ? "true" : "false";
  return TakeWord(word) ? word : std::string_view();
}

void JsonReader::Null() {
  TakeWord("null");
}

void JsonReader::Skip() {
  std::string_view name;
  switch (Peek()) {
    case Kind::kObject:
      for (Enter(); NextMember(&name);) Skip();
      return;
    case Kind::kArray:
      for (Enter(); NextElement();) Skip();
      return;
    case Kind::kString:
      String();
      return;
    case Kind::kNumber:
      Number();
      return;
    case Kind::kBoolean:
      Boolean();
      return;
    case Kind::kNull:
      return Null();
    case Kind::kNothing:
      return;
  }
}

bool JsonReader::AtEnd() {
  SkipSpace();
  if (HasMore()) Fail();
  return !has_failed_;
}

}  // namespace tamarack::gateway
